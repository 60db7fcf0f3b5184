using System.Globalization;
using System.Text;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Writes tags as labels: <c>http_route="/orders/{id}",http_request_method="GET"</c>, in the order of their names.</summary>
internal static class LabelText
{
    /// <summary>The labels of the series that takes what goes beyond the limit.</summary>
    public const string Overflow = "otel_metric_overflow=\"true\"";

    public static string Of(ReadOnlySpan<Tag> tags, string? scope)
    {
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);

        foreach (var tag in tags)
        {
            if (TextOf(tag.Value) is { Length: > 0 } value)
            {
                // Two tags may come out with one name.
                var name = MetricNames.OfLabel(tag.Key);
                labels[name] = labels.TryGetValue(name, out var known) ? $"{known};{value}" : value;
            }
        }

        return Join(labels, scope);
    }

    /// <summary>The labels of what goes beyond the limit, for a meter.</summary>
    public static string OverflowOf(string? scope) => scope is null ? Overflow : $"{Overflow},{ScopeOf(scope)}";

    private static string Join(SortedDictionary<string, string> labels, string? scope)
    {
        var text = new StringBuilder();

        foreach (var (name, value) in labels)
        {
            Separate(text).Append(name).Append("=\"");
            Escape(text, value);
            text.Append('"');
        }

        if (scope is not null)
        {
            Separate(text).Append(ScopeOf(scope));
        }

        return text.ToString();
    }

    private static StringBuilder Separate(StringBuilder text) => text.Length == 0 ? text : text.Append(',');

    private static string ScopeOf(string scope)
    {
        var text = new StringBuilder("otel_scope_name=\"");
        Escape(text, scope);
        return text.Append('"').ToString();
    }

    private static void Escape(StringBuilder text, string value)
    {
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),

                // Legal, but some readers break lines at it, and a terminal moves its cursor.
                _ when char.IsControl(letter) => text.Append('\uFFFD'),
                _ => text.Append(letter),
            };
        }
    }

    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
