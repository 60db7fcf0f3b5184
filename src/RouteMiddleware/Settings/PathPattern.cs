namespace RouteMiddleware.Settings;

/// <summary>
/// A path by segments, without case: <c>/health</c> matches itself and everything below, <c>*</c> is any one segment, and <c>**</c> at the end
/// any number of them.
/// </summary>
internal sealed class PathPattern
{
    private readonly string[] _segments;

    private PathPattern(string text, string[] segments)
    {
        Text = text;
        _segments = segments;
    }

    public string Text { get; }

    /// <summary>The segments, <c>*</c> for any one. What comes behind them is free.</summary>
    public IReadOnlyList<string> Segments => _segments;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">The pattern can't be read.</exception>
    public static PathPattern Parse(string text)
    {
        if (!text.StartsWith('/'))
        {
            throw new FormatException($"'{text}' is no path pattern: it must begin with '/'.");
        }

        var segments = text.Split('/', StringSplitOptions.RemoveEmptyEntries);

        for (var i = 0; i < segments.Length; i++)
        {
            if (segments[i].Contains('*', StringComparison.Ordinal) && segments[i] != "*" && (segments[i] != "**" || i < segments.Length - 1))
            {
                throw new FormatException($"'{text}' is no path pattern: '*' stands for one whole segment, and '**' for all the rest at the end.");
            }
        }

        // A pattern matches everything below it anyway, so the rest needs no mark of its own.
        return new PathPattern(text, segments is [.. var head, "**"] ? head : segments);
    }

    public bool Matches(ReadOnlySpan<char> path)
    {
        foreach (var segment in _segments)
        {
            path = path.TrimStart('/');

            if (path.IsEmpty)
            {
                return false;
            }

            var end = path.IndexOf('/');
            var actual = end < 0 ? path : path[..end];

            if (segment != "*" && !actual.Equals(segment, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            path = path[actual.Length..];
        }

        return true;
    }

    public override string ToString() => Text;
}
