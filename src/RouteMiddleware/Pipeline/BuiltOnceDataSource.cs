using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Stands in front of one of the application's data sources and builds its endpoints once. Without it, routing, the container's
/// <see cref="EndpointDataSource"/>, OpenAPI and the authorization cache each build all of them again.
/// </summary>
internal sealed class BuiltOnceDataSource(EndpointDataSource source) : EndpointDataSource
{
    private readonly Lock _lock = new();
    private IReadOnlyList<Endpoint>? _endpoints;
    private IChangeToken? _token;

    public override IReadOnlyList<Endpoint> Endpoints
    {
        get
        {
            lock (_lock)
            {
                if (_endpoints is null || _token!.HasChanged)
                {
                    // The token first: a change while the endpoints are built must not be missed.
                    _token = source.GetChangeToken();
                    _endpoints = source.Endpoints;
                }

                return _endpoints;
            }
        }
    }

    public override IChangeToken GetChangeToken() => source.GetChangeToken();

    public override IReadOnlyList<Endpoint> GetGroupedEndpoints(RouteGroupContext context) => source.GetGroupedEndpoints(context);
}
