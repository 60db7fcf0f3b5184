using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware;

/// <summary>Endpoints that routing runs at once, with nothing of the pipeline behind it: neither the global list nor authorization.</summary>
internal static class ShortCircuit
{
    /// <summary>Whether the endpoint is one.</summary>
    public static bool IsOn(Endpoint endpoint)
    {
        foreach (var item in endpoint.Metadata)
        {
            if (IsMark(item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether this is the metadata that makes it one, whose class is not public.</summary>
    public static bool IsMark(object item) => item.GetType() is { Name: "ShortCircuitMetadata" } type && type.Assembly == typeof(RouteEndpoint).Assembly;
}
