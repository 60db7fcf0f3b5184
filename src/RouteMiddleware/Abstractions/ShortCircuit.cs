using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware;

/// <summary>Endpoints that routing runs at once, with nothing of the pipeline behind it: neither the global list nor authorization.</summary>
internal static class ShortCircuit
{
    /// <summary>Whether the endpoint is one.</summary>
    public static bool IsOn(Endpoint endpoint) => IsAmong(endpoint.Metadata);

    /// <summary>Whether the endpoint is one, as far as it is built.</summary>
    public static bool IsOn(EndpointBuilder endpoint) => IsAmong(endpoint.Metadata);

    /// <summary>Whether this is the metadata that makes it one, whose class is not public.</summary>
    public static bool IsMark(object item) => item.GetType() is { Name: "ShortCircuitMetadata" } type && type.Assembly == typeof(RouteEndpoint).Assembly;

    private static bool IsAmong(IEnumerable<object> metadata)
    {
        foreach (var item in metadata)
        {
            if (IsMark(item))
            {
                return true;
            }
        }

        return false;
    }
}
