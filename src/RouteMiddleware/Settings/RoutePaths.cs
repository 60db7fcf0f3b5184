using Microsoft.AspNetCore.Routing.Patterns;

namespace RouteMiddleware.Settings;

/// <summary>The paths that a route can have, by segment: a literal, or anything.</summary>
internal sealed class RoutePaths
{
    private readonly string?[] _segments;
    private readonly int _required;
    private readonly bool _hasRest;

    private RoutePaths(string?[] segments, int required, bool hasRest)
    {
        _segments = segments;
        _required = required;
        _hasRest = hasRest;
    }

    public static RoutePaths Of(RoutePattern route)
    {
        var segments = route.PathSegments;
        var hasRest = segments is [.., { Parts: [RoutePatternParameterPart { IsCatchAll: true }] }];
        var required = 0;

        for (var i = 0; i < segments.Count; i++)
        {
            // One in the middle can't be left out, whatever it says of itself.
            if (segments[i].Parts is not [RoutePatternParameterPart parameter] || !(parameter.IsOptional || parameter.IsCatchAll || route.Defaults.ContainsKey(parameter.Name)))
            {
                required = i + 1;
            }
        }

        return new(
            [.. segments.Take(hasRest ? segments.Count - 1 : segments.Count).Select(static segment => segment.Parts is [RoutePatternLiteralPart literal] ? literal.Content : null)],
            required,
            hasRest);
    }

    /// <summary>Those of the paths that a pattern matches; <see langword="null"/> where it matches none.</summary>
    public RoutePaths? Within(PathPattern pattern)
    {
        var count = pattern.Segments.Count;

        if (count > _segments.Length && !_hasRest)
        {
            return null;
        }

        var narrowed = new string?[Math.Max(count, _segments.Length)];
        _segments.CopyTo(narrowed, 0);

        for (var i = 0; i < count; i++)
        {
            if (pattern.Segments[i] is var asked and not "*")
            {
                if (narrowed[i] is { } literal && !string.Equals(literal, asked, StringComparison.OrdinalIgnoreCase))
                {
                    return null;
                }

                narrowed[i] = asked;
            }
        }

        return new(narrowed, Math.Max(_required, count), _hasRest);
    }

    /// <summary>Whether a pattern matches every one of the paths.</summary>
    public bool AreAllWithin(PathPattern pattern)
    {
        if (pattern.Segments.Count > _required)
        {
            return false;
        }

        for (var i = 0; i < pattern.Segments.Count; i++)
        {
            if (pattern.Segments[i] is var asked and not "*" && !string.Equals(_segments[i], asked, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
