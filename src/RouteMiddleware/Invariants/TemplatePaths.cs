using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Options;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>Tells from a route's template which paths it can answer. Where that can't be known, the route counts as one that can.</summary>
internal sealed class TemplatePaths(ParameterPolicyFactory policies, IOptions<RouteOptions> options)
{
    /// <summary>Whether some path belongs to the route and to the pattern.</summary>
    public bool CanMatch(RoutePattern route, PathPattern pattern)
    {
        for (var i = 0; i < pattern.Segments.Count; i++)
        {
            if (i >= route.PathSegments.Count)
            {
                return false;
            }

            if (IsCatchAll(route.PathSegments[i]))
            {
                return true;
            }

            if (pattern.Segments[i] is not "*" and var wanted && !CanBe(route, route.PathSegments[i], wanted))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether every path of the route belongs to the pattern.</summary>
    public static bool AlwaysMatch(RoutePattern route, PathPattern pattern)
    {
        for (var i = 0; i < pattern.Segments.Count; i++)
        {
            if (i >= route.PathSegments.Count || IsCatchAll(route.PathSegments[i]) || MayEndBefore(route, i))
            {
                return false;
            }

            if (pattern.Segments[i] is not "*" and var wanted && !string.Equals(LiteralOf(route, route.PathSegments[i]), wanted, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsCatchAll(RoutePatternPathSegment segment) => segment.Parts is [RoutePatternParameterPart { IsCatchAll: true }];

    // Optional parameters, and those with a default, may be missing at the end of a path.
    private static bool MayEndBefore(RoutePattern route, int index)
        => route.PathSegments.Skip(index).All(segment => segment.Parts is [RoutePatternParameterPart parameter] && (parameter.IsOptional || parameter.IsCatchAll || route.Defaults.ContainsKey(parameter.Name)));

    private static string? LiteralOf(RoutePattern route, RoutePatternPathSegment segment) => segment.Parts switch
    {
        [RoutePatternLiteralPart literal] => literal.Content,

        // A conventional route of controllers stands once for each action, whose name its parameter must then be.
        [RoutePatternParameterPart parameter] when route.RequiredValues.TryGetValue(parameter.Name, out var required) && !ReferenceEquals(required, RoutePattern.RequiredValueAny) => required as string is { Length: > 0 } text ? text : null,
        _ => null,
    };

    private static bool CanBe(RoutePatternPathSegment segment, string text)
    {
        var pattern = string.Concat(segment.Parts.Select((part, index) => part switch
        {
            RoutePatternLiteralPart literal => Regex.Escape(literal.Content),
            RoutePatternSeparatorPart separator => segment.Parts[index + 1] is RoutePatternParameterPart { IsOptional: true } ? $"({Regex.Escape(separator.Content)}.+)?" : Regex.Escape(separator.Content),
            _ => index > 0 && part is RoutePatternParameterPart { IsOptional: true } && segment.Parts[index - 1] is RoutePatternSeparatorPart ? "" : ".+",
        }));

        return Regex.IsMatch(text, $"^{pattern}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    private bool CanBe(RoutePattern route, RoutePatternPathSegment segment, string text)
    {
        if (LiteralOf(route, segment) is { } literal)
        {
            return string.Equals(literal, text, StringComparison.OrdinalIgnoreCase);
        }

        return segment.Parts is [RoutePatternParameterPart parameter] ? CanBe(route, parameter, text) : CanBe(segment, text);
    }

    // As routing itself tells that a literal is none of a parameter's values: {id:int} is never "admin".
    private bool CanBe(RoutePattern route, RoutePatternParameterPart parameter, string text)
        => !route.ParameterPolicies.TryGetValue(parameter.Name, out var references)
            || !references.Any(reference => IsKnown(reference) && policies.Create(parameter, reference) is IParameterLiteralNodeMatchingPolicy policy && !policy.MatchesLiteral(parameter.Name, text));

    // One that is not known fails each request of the route, and need not fail here.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The map is only read.")]
    private bool IsKnown(RoutePatternParameterPolicyReference reference)
        => reference.ParameterPolicy is not null || options.Value.ConstraintMap.ContainsKey(reference.Content?.Split('(', 2)[0] ?? "");
}
