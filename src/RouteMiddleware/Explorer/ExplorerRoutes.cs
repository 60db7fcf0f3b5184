using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Explorer;

/// <summary>The endpoints under the numbers that page and figures know them by. New numbers when an endpoint data source has changed.</summary>
internal sealed class ExplorerRoutes(IMiddlewareChains chains, IServiceProvider services)
{
    private readonly Lock _lock = new();
    private Numbered _numbered = new(0, null, []);

    public Numbered Current
    {
        get
        {
            var source = services.GetService<EndpointDataSource>()?.Endpoints;

            lock (_lock)
            {
                if (_numbered.Version == 0 || !ReferenceEquals(_numbered.Source, source))
                {
                    _numbered = new Numbered(_numbered.Version + 1, source, [.. chains.Routes.Select(static route => route.Endpoint!)]);
                }

                return _numbered;
            }
        }
    }

    /// <param name="Version">Another one means other numbers.</param>
    /// <param name="Source">What the endpoints were read from.</param>
    /// <param name="Endpoints">By number.</param>
    internal sealed record Numbered(int Version, IReadOnlyList<Endpoint>? Source, IReadOnlyList<Endpoint> Endpoints);
}
