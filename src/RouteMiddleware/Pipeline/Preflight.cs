using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// CORS preflights of endpoints whose own chain answers them. Routing gives such a request to an endpoint of its own, so that neither the rest of the chain nor
/// an authorization middleware in front stands in its way.
/// </summary>
internal sealed class Preflight(RequestDelegate answer, LinkPlan? plan)
{
    /// <summary>The middleware that answers; <see langword="null"/> where all are refused, because the endpoint took the one of the global list off.</summary>
    public LinkPlan? Plan => plan;

    /// <summary>Whether a request is one: by the headers that the Fetch standard makes browsers send.</summary>
    public static bool Is(HttpContext context)
    {
        var request = context.Request;
        return HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0 && request.Headers.Origin.Count > 0;
    }

    /// <summary>Whether the request was given to an endpoint for preflights.</summary>
    public static bool IsAnsweredByRoute(HttpContext context)
        => HttpMethods.IsOptions(context.Request.Method) && context.GetEndpoint()?.Metadata.GetMetadata<Mark>() is not null;

    /// <summary>Has routing hand preflights of the endpoint to the first link that answers them.</summary>
    public static void Prepare(EndpointBuilder endpoint, IReadOnlyList<Link> links, Generations generations, bool isWithoutGlobalAnswer)
    {
        if (links.FirstOrDefault(static link => link.Preflight is not null) is { Preflight: { } first } link)
        {
            RequestDelegate answer = link.IsRenewable ? context => generations.EnterRoute(context).Of(link).Preflight!(context) : first;
            Accept(endpoint, new Preflight(link.Plan.Condition is { } condition ? OnlyWhere(condition, answer) : answer, link.Plan));
        }
        else if (isWithoutGlobalAnswer && !TakesPreflights(endpoint))
        {
            // Routing would find no endpoint, and the global list, which sees nothing taken off then, would answer for a route that doesn't want it.
            Accept(endpoint, new Preflight(Refuse, null));
        }
    }

    /// <summary>The endpoint that takes the preflights of another one.</summary>
    public static Endpoint? EndpointFor(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint route || route.Metadata.GetMetadata<Preflight>() is not { } preflight)
        {
            return null;
        }

        // A preflight carries no credentials: a fallback policy must not ask for them. What the endpoint takes off the global list is off here too, and routing
        // looks at the host only after this.
        object[] metadata =
        [
            new AllowAnonymousAttribute(),
            Mark.Instance,
            .. route.Metadata.GetOrderedMetadata<EndpointChain>(),
            .. route.Metadata.GetOrderedMetadata<IHostMetadata>(),
        ];
        return new RouteEndpoint(preflight.AnswerAsync, route.RoutePattern, route.Order, new EndpointMetadataCollection(metadata), $"CORS preflight: {route.DisplayName}");
    }

    private Task AnswerAsync(HttpContext context) => answer(context);

    private static RequestDelegate OnlyWhere(PathCondition condition, RequestDelegate answer)
        => context => condition.Matches(context.Request.Path.Value) ? answer(context) : Refuse(context);

    // As routing answers where nobody takes preflights.
    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private static bool TakesPreflights(EndpointBuilder endpoint)
        => endpoint.Metadata.OfType<ICorsMetadata>().Any()
            || endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is not { AcceptCorsPreflight: false } methods
            || methods.HttpMethods.Any(HttpMethods.IsOptions);

    private static void Accept(EndpointBuilder endpoint, Preflight preflight)
    {
        endpoint.Metadata.Add(preflight);

        // Only the last one counts. Without the flag, routing answers 405.
        switch (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault())
        {
            case HttpMethodMetadata methods:
                methods.AcceptCorsPreflight = true;
                break;
            case { } foreign:
                endpoint.Metadata.Add(new HttpMethodMetadata(foreign.HttpMethods, acceptCorsPreflight: true));
                break;
        }
    }

    private sealed class Mark
    {
        public static readonly Mark Instance = new();
    }
}
