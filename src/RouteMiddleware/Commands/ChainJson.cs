using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RouteMiddleware.Commands;

/// <summary>Routes with their chains, for programs.</summary>
internal static class ChainJson
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(TextWriter output, IEnumerable<RouteChain> routes, bool withOptions)
    {
        using var buffer = new MemoryStream();

        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartArray();

            foreach (var route in routes)
            {
                Write(json, route, withOptions);
            }

            json.WriteEndArray();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static void Write(Utf8JsonWriter json, RouteChain route, bool withOptions)
    {
        json.WriteStartObject();
        json.WriteString("name", route.Name);
        Write(json, "methods", route.Methods);
        json.WriteString("route", route.Template);
        json.WriteString("displayName", route.DisplayName);
        json.WriteNumber("order", route.Order);
        json.WriteStartArray("middleware");

        foreach (var link in route.Links)
        {
            json.WriteStartObject();
            Write(json, link, withOptions);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("takenOff");

        foreach (var one in route.TakenOff)
        {
            json.WriteStartObject();
            json.WriteString("entry", one.Link.ToString());
            json.WriteString("reason", one.Reason.ToString());
            json.WriteString("by", one.By);
            json.WriteString("origin", one.Link.Origin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("preflight");
        json.WriteString("answer", route.Preflight.Answer.ToString());
        json.WriteString("link", route.Preflight.Link?.ToString());
        Write(json, "middleware", route.Preflight.Links.Select(static link => link.ToString()));
        json.WriteString("explanation", route.Preflight.Explanation);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ChainLink link, bool withOptions)
    {
        json.WriteString("alias", link.Name);
        json.WriteString("argument", link.Argument);
        json.WriteString("class", link.ClassName);
        json.WriteString("stage", link.Stage.ToString());
        json.WriteString("place", link.Place.ToString());
        json.WriteString("origin", link.Origin);
        json.WriteString("attachedAt", link.AttachedAt);
        Write(json, "groups", link.Groups);
        Write(json, "include", link.Include);
        Write(json, "exclude", link.Exclude);

        if (!withOptions)
        {
            return;
        }

        json.WriteStartArray("options");

        foreach (var option in link.GetOptions())
        {
            json.WriteStartObject();
            json.WriteString("name", option.Name);
            json.WriteString("value", option.Value);
            json.WriteBoolean("isMasked", option.IsMasked);
            json.WriteString("source", option.Source.ToString());
            json.WriteString("origin", option.Origin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);

        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
