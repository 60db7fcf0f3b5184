using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Patterns;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>One condition of a selection.</summary>
internal sealed class RouteCondition(string text, Func<RouteFacts, bool> includes)
{
    /// <summary>Why it can't be read; <see langword="null"/> where it can.</summary>
    public string? Fault { get; private init; }

    public static RouteCondition Under(string pattern) => OfPattern("Under", pattern, static (route, path) => route.CanAnswer(path));

    public static RouteCondition Except(string pattern) => OfPattern("Except", pattern, static (route, path) => !route.AnswersOnly(path));

    public static RouteCondition Route(string route) => OfRoute("Route", route, static (facts, methods, template) => facts.Is(template) && (methods.Length == 0 || Array.Exists(methods, facts.Takes)));

    public static RouteCondition ExceptRoute(string route) => OfRoute("ExceptRoute", route, static (facts, methods, template) => !(facts.Is(template) && (methods.Length == 0 || facts.TakesOnly(methods))));

    public static RouteCondition Methods(string[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);

        return new RouteCondition($"Methods({string.Join(", ", methods.Select(static method => $"\"{method}\""))})", facts => Array.Exists(methods, facts.Takes))
        {
            Fault = methods.Length == 0 || Array.Exists(methods, string.IsNullOrWhiteSpace) ? "Methods() names no method." : null,
        };
    }

    public static RouteCondition UnsafeMethods() => new("UnsafeMethods()", static facts => facts.TakesUnsafeMethods);

    public bool Includes(RouteFacts route) => includes(route);

    public override string ToString() => text;

    private static RouteCondition OfPattern(string verb, string pattern, Func<RouteFacts, PathPattern, bool> includes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        var text = $"{verb}(\"{pattern}\")";

        // A parameter is no path. Whoever means any one segment writes '*'; whoever means one route names it.
        if (pattern.AsSpan().ContainsAny('{', '}'))
        {
            return Faulty(text, $"'{pattern}' is no path pattern: write * for any one segment, or name a route by {(verb == "Except" ? "ExceptRoute" : "Route")}(\"GET {pattern}\").");
        }

        try
        {
            var path = PathPattern.Parse(pattern);
            return new RouteCondition(text, route => includes(route, path));
        }
        catch (FormatException exception)
        {
            return Faulty(text, exception.Message);
        }
    }

    private static RouteCondition OfRoute(string verb, string route, Func<RouteFacts, string[], string, bool> includes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(route);
        var text = $"{verb}(\"{route}\")";
        var slash = route.IndexOf('/', StringComparison.Ordinal);

        if (slash < 0)
        {
            return Faulty(text, $"'{route}' is no route: write its method and its template, like POST /api/orders/{{id}}.");
        }

        // As faults write it: GET,POST /orders where one route takes both, * /orders where it takes every method.
        var methods = route[..slash].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(static method => method != "*").ToArray();

        try
        {
            var template = RouteFacts.TemplateOf(RoutePatternFactory.Parse(route[slash..].Trim()));
            return new RouteCondition(text, facts => includes(facts, methods, template));
        }
        catch (RoutePatternException exception)
        {
            return Faulty(text, $"'{route}' is no route: {exception.Message}");
        }
    }

    private static RouteCondition Faulty(string text, string fault) => new(text, static _ => true) { Fault = fault };
}
