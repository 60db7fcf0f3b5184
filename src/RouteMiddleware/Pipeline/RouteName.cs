using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Pipeline;

/// <summary>How faults name an endpoint: <c>POST /api/orders</c>.</summary>
internal static class RouteName
{
    public static string Of(EndpointBuilder endpoint)
    {
        if (endpoint is not RouteEndpointBuilder route)
        {
            return endpoint.DisplayName ?? "(endpoint without a name)";
        }

        var methods = endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault()?.HttpMethods;
        var pattern = route.RoutePattern.RawText is { Length: > 0 } text ? text : "/";
        return $"{(methods is { Count: > 0 } ? string.Join(',', methods) : "*")} {(pattern.StartsWith('/') ? pattern : $"/{pattern}")}";
    }
}
