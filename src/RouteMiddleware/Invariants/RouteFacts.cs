using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>What rules ask of one route.</summary>
internal sealed class RouteFacts(RouteEndpoint endpoint, TemplatePaths paths, IReadOnlyList<LinkPlan> chain)
{
    private readonly IReadOnlyList<string> _methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
    private string? _template;

    public RouteEndpoint Endpoint => endpoint;

    /// <summary>As faults name it: <c>POST /api/orders</c>.</summary>
    public string Name => RouteName.Of(endpoint);

    /// <summary>The middleware that count here, in the order in which a request meets them.</summary>
    public IReadOnlyList<LinkPlan> Chain => chain;

    public bool TakesUnsafeMethods => _methods.Count == 0 || _methods.Any(static method => !IsSafe(method));

    /// <summary>A template with its parameters by name alone.</summary>
    public static string TemplateOf(RoutePattern pattern)
        => $"/{string.Join('/', pattern.PathSegments.Select(static segment => string.Concat(segment.Parts.Select(static part => part switch
        {
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            RoutePatternLiteralPart literal => literal.Content,
            _ => ((RoutePatternSeparatorPart)part).Content,
        }))))}";

    public bool Is(string template) => string.Equals(_template ??= TemplateOf(endpoint.RoutePattern), template, StringComparison.OrdinalIgnoreCase);

    public bool Takes(string method) => _methods.Count == 0 || _methods.Contains(method, StringComparer.OrdinalIgnoreCase);

    public bool TakesOnly(string[] methods) => _methods.Count > 0 && _methods.All(taken => methods.Contains(taken, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether a request for a path under the pattern may come here.</summary>
    public bool CanAnswer(PathPattern pattern) => paths.CanMatch(endpoint.RoutePattern, pattern);

    /// <summary>Whether no request for another path comes here.</summary>
    public bool AnswersOnly(PathPattern pattern) => TemplatePaths.AlwaysMatch(endpoint.RoutePattern, pattern);

    /// <summary>Whether a middleware runs for every request that comes here.</summary>
    public bool AlwaysRuns(LinkPlan plan)
        => plan.Condition is not { } condition || ((condition.Include.Count == 0 || condition.Include.Any(AnswersOnly)) && !condition.Exclude.Any(CanAnswer));

    /// <summary>Whether a middleware may run for a request that comes here.</summary>
    public bool MayRun(LinkPlan plan)
        => plan.Condition is not { } condition || ((condition.Include.Count == 0 || condition.Include.Any(CanAnswer)) && !condition.Exclude.Any(AnswersOnly));

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
