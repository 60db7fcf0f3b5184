using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace RouteMiddleware.Pipeline;

/// <summary>How faults name an endpoint: <c>POST /api/orders</c>.</summary>
internal static class RouteName
{
    public static string Of(EndpointBuilder endpoint)
        => Of((endpoint as RouteEndpointBuilder)?.RoutePattern, endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault(), endpoint.DisplayName);

    public static string Of(Endpoint endpoint)
        => Of((endpoint as RouteEndpoint)?.RoutePattern, endpoint.Metadata.GetMetadata<IHttpMethodMetadata>(), endpoint.DisplayName);

    /// <summary>The template with <c>/</c> in front.</summary>
    public static string TemplateOf(RoutePattern route)
    {
        var text = route.RawText ?? "";
        return text.StartsWith('/') ? text : $"/{text}";
    }

    private static string Of(RoutePattern? route, IHttpMethodMetadata? metadata, string? displayName)
    {
        if (route is null)
        {
            return displayName ?? "(endpoint without a name)";
        }

        var methods = metadata?.HttpMethods;
        return $"{(methods is { Count: > 0 } ? string.Join(',', methods) : "*")} {TemplateOf(route)}";
    }
}
