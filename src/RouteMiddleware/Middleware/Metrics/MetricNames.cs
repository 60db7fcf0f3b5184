using System.Text;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Turns names of instruments and tags into those of Prometheus, by OpenTelemetry's rules.</summary>
internal static class MetricNames
{
    private const string Total = "_total";

    /// <summary>The name of a metric: <c>http.server.request.duration</c> in seconds is <c>http_server_request_duration_seconds</c>.</summary>
    public static string OfMetric(string instrument, string? unit, MetricKind kind)
    {
        var name = Clean(instrument, allowColon: true);

        if (kind == MetricKind.Counter && name.EndsWith(Total, StringComparison.Ordinal))
        {
            name = name[..^Total.Length];
        }

        if (UnitWord(unit, kind) is { Length: > 0 } word && !name.EndsWith("_" + word, StringComparison.Ordinal))
        {
            name += "_" + word;
        }

        return kind == MetricKind.Counter ? name + Total : name;
    }

    /// <summary>The name of a label. <c>le</c> is what histograms call their buckets by.</summary>
    public static string OfLabel(string tag) => Clean(tag, allowColon: false) is var name && name == "le" ? "exported_le" : name;

    private static string Clean(string text, bool allowColon)
    {
        var name = new StringBuilder(text.Length + 1);

        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
        {
            name.Append('_');
        }

        foreach (var letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) || (allowColon && letter == ':'))
            {
                name.Append(letter);
            }
            else if (name.Length == 0 || name[^1] != '_')
            {
                name.Append('_');
            }
        }

        return name.ToString();
    }

    private static string UnitWord(string? unit, MetricKind kind)
    {
        if (string.IsNullOrEmpty(unit) || unit.Contains('{', StringComparison.Ordinal))
        {
            return "";
        }

        if (unit == "1")
        {
            return kind == MetricKind.Gauge ? "ratio" : "";
        }

        return unit.Split('/', 2) is [var amount, var time] ? $"{Plural(amount)}_per_{Singular(time)}".TrimStart('_') : Plural(unit);
    }

    private static string Plural(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tebibytes",
        "KBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        _ => Clean(unit, allowColon: false).Trim('_'),
    };

    private static string Singular(string unit) => unit switch
    {
        "s" => "second",
        "min" or "m" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => Clean(unit, allowColon: false).Trim('_'),
    };
}
