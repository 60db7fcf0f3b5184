using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Explorer;

/// <summary>What the page shows, as JSON: all routes in short, one route in full. Read anew for each request, so that it follows reloads of the settings.</summary>
internal sealed class ExplorerModel(IServiceProvider services, IMiddlewareChains chains, ExplorerRoutes routes, IHostEnvironment? environment = null)
{
    public Task WriteAsync(HttpContext context) => WriteAsync(context, json =>
    {
        var numbered = routes.Current;
        Dictionary<string, int> entries = new(StringComparer.Ordinal);

        json.WriteStartObject();
        json.WriteNumber("version", numbered.Version);
        json.WriteString("application", environment?.ApplicationName);
        json.WriteString("environment", environment?.EnvironmentName);
        json.WriteStartArray("routes");

        foreach (var route in chains.Routes)
        {
            WriteSummary(json, route, entries);
        }

        json.WriteEndArray();
        json.WritePropertyName("none");
        WriteSummary(json, chains.Describe(null), entries);
        WriteTexts(json, "entries", entries.Keys);
        WriteLimits(json);
        json.WriteEndObject();
    });

    /// <summary>Writes one route.</summary>
    /// <param name="context">The request.</param>
    /// <param name="number">Its number; -1 for what runs where no route matches.</param>
    public Task WriteRouteAsync(HttpContext context, int number)
    {
        var numbered = routes.Current;

        if (number >= numbered.Endpoints.Count)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        return WriteAsync(context, json => WriteRoute(json, numbered.Version, number, chains.Describe(number < 0 ? null : numbered.Endpoints[number])));
    }

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json; charset=utf-8";

        using (var json = new Utf8JsonWriter(context.Response.BodyWriter))
        {
            write(json);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void WriteSummary(Utf8JsonWriter json, RouteChain route, Dictionary<string, int> entries)
    {
        json.WriteStartObject();
        json.WriteString("name", route.Name);
        WriteTexts(json, "methods", route.Methods);
        json.WriteString("template", route.Template);

        if (route.Endpoint?.Metadata.GetMetadata<ExplorerMark>() is not null)
        {
            json.WriteBoolean("own", true);
        }

        json.WriteStartArray("links");

        foreach (var link in route.Links)
        {
            var entry = link.ToString();

            if (!entries.TryGetValue(entry, out var number))
            {
                entries.Add(entry, number = entries.Count);
            }

            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRoute(Utf8JsonWriter json, int version, int number, RouteChain route)
    {
        json.WriteStartObject();
        json.WriteNumber("version", version);
        json.WriteNumber("number", number);
        json.WriteString("name", route.Name);
        json.WriteString("displayName", route.DisplayName);
        json.WriteNumber("order", route.Order);
        json.WriteString("handler", HandlerOf(route.Endpoint));
        json.WriteString("authorization", AuthorizationOf(route.Endpoint));

        json.WriteStartArray("links");

        foreach (var link in route.Links)
        {
            WriteLink(json, link);
        }

        json.WriteEndArray();
        json.WriteStartArray("takenOff");

        foreach (var taken in route.TakenOff)
        {
            json.WriteStartObject();
            json.WriteString("entry", taken.Link.ToString());
            json.WriteString("origin", taken.Link.Origin);
            json.WriteString("place", taken.Link.Place.ToString());
            json.WriteString("reason", taken.Reason.ToString());
            json.WriteString("by", taken.By);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("preflight");
        json.WriteString("answer", route.Preflight.Answer.ToString());
        json.WriteString("explanation", route.Preflight.Explanation);
        WriteTexts(json, "links", route.Preflight.Links.Select(static link => link.ToString()));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteLink(Utf8JsonWriter json, ChainLink link)
    {
        json.WriteStartObject();
        json.WriteString("entry", link.ToString());
        json.WriteString("name", link.Name);
        json.WriteString("class", link.ClassName);
        json.WriteString("place", link.Place.ToString());
        json.WriteString("stage", link.Stage.ToString());
        json.WriteString("origin", link.Origin);
        json.WriteString("attachedAt", link.AttachedAt);
        WriteTexts(json, "groups", link.Groups);
        WriteTexts(json, "include", link.Include);
        WriteTexts(json, "exclude", link.Exclude);
        json.WriteStartArray("options");

        foreach (var option in link.GetOptions())
        {
            json.WriteStartObject();
            json.WriteString("name", option.Name);
            json.WriteString("value", option.Value);
            json.WriteBoolean("masked", option.IsMasked);
            json.WriteString("source", option.Source.ToString());
            json.WriteString("origin", option.Origin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteLimits(Utf8JsonWriter json)
    {
        if (ServerLimits.Read(services) is not { } limits)
        {
            return;
        }

        json.WriteStartObject("limits");

        foreach (var (name, value) in limits)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);

        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string? HandlerOf(Endpoint? endpoint)
        => (endpoint?.Metadata.GetMetadata<MethodInfo>() ?? endpoint?.Metadata.GetMetadata<HandlerMethod>()?.Method) is { } method ? HandlerName.Of(method) : null;

    private static string? AuthorizationOf(Endpoint? endpoint)
    {
        if (endpoint is null)
        {
            return null;
        }

        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return "anonymous callers are allowed";
        }

        var asked = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>();
        return asked.Count == 0 ? null : string.Join(", ", asked.Select(static data => (data.Policy, data.Roles) switch
        {
            ({ } policy, null) => $"policy {policy}",
            (null, { } roles) => $"roles {roles}",
            ({ } policy, { } roles) => $"policy {policy}, roles {roles}",
            _ => "a user",
        }));
    }
}
