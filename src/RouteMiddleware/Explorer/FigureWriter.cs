using System.Text.Json;
using RouteMiddleware.Introspection.Live;

namespace RouteMiddleware.Explorer;

/// <summary>Writes figures as rows of numbers. Times are microseconds: the median, and what 99 of 100 stay below.</summary>
internal static class FigureWriter
{
    /// <summary>Writes what changed.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="version">Of the routes' numbers.</param>
    /// <param name="board">The figures.</param>
    /// <param name="since">From when on a change counts.</param>
    /// <param name="viewers">How many look.</param>
    public static void Write(Utf8JsonWriter json, int version, LiveBoard board, TimeSpan since, int viewers)
    {
        json.WriteStartObject();
        json.WriteNumber("version", version);
        json.WriteString("since", board.StartedAt);
        json.WriteNumber("at", Math.Round(board.Age.TotalMilliseconds));
        json.WriteNumber("viewers", viewers);

        json.WriteStartArray("routes");
        WriteRoute(json, -1, board.None, since);

        for (var i = 0; i < board.Routes.Count; i++)
        {
            WriteRoute(json, i, board.Routes[i], since);
        }

        json.WriteEndArray();
        json.WriteStartArray("links");
        WriteLinks(json, -1, board.None, since);

        for (var i = 0; i < board.Routes.Count; i++)
        {
            WriteLinks(json, i, board.Routes[i], since);
        }

        json.WriteEndArray();
        json.WriteStartObject("middleware");

        foreach (var (alias, figures) in board.Middleware)
        {
            if (figures.Passes > 0 && figures.LastAt >= since)
            {
                json.WriteStartArray(alias);
                WriteFigures(json, figures);
                WriteReasons(json, figures);
                json.WriteEndArray();
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRoute(Utf8JsonWriter json, int number, RouteFigures route, TimeSpan since)
    {
        if ((route.Requests > 0 || route.Refused > 0) && route.LastAt >= since)
        {
            json.WriteStartArray();
            json.WriteNumberValue(number);
            json.WriteNumberValue(route.Requests);
            json.WriteNumberValue(route.Refused);
            json.WriteNumberValue(route.Errors);
            WriteTimes(json, route.Times(0.5, 0.99));
            json.WriteEndArray();
        }
    }

    private static void WriteLinks(Utf8JsonWriter json, int number, RouteFigures route, TimeSpan since)
    {
        for (var i = 0; i < route.Links.Count; i++)
        {
            if (route.Links[i] is { Passes: > 0 } figures && figures.LastAt >= since)
            {
                json.WriteStartArray();
                json.WriteNumberValue(number);
                json.WriteNumberValue(i);
                WriteFigures(json, figures);
                json.WriteEndArray();
            }
        }
    }

    private static void WriteFigures(Utf8JsonWriter json, LinkFigures figures)
    {
        json.WriteNumberValue(figures.Passes);
        json.WriteNumberValue(figures.Answered);
        json.WriteNumberValue(figures.Refused);
        json.WriteNumberValue(figures.Failed);
        WriteTimes(json, figures.Times(0.5, 0.99));
    }

    private static void WriteReasons(Utf8JsonWriter json, LinkFigures figures)
    {
        json.WriteStartObject();

        foreach (var (code, count) in figures.Reasons)
        {
            json.WriteNumber(code, count);
        }

        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, double[]? times)
    {
        foreach (var time in times ?? [])
        {
            json.WriteNumberValue(Math.Round(time, 2));
        }

        if (times is null)
        {
            json.WriteNullValue();
            json.WriteNullValue();
        }
    }
}
