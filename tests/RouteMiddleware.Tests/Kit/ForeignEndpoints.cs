using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace RouteMiddleware.Tests.Kit;

/// <summary>Endpoints as packages bring them, such as a reverse proxy: from a data source of their own, without a handler stage.</summary>
public static class ForeignEndpoints
{
    public static RouteGroupBuilder MapForeign(this WebApplication app, string pattern)
    {
        ArgumentNullException.ThrowIfNull(app);
        var group = app.MapGroup("");
        var endpoint = new RouteEndpoint(context => context.Response.WriteAsync("foreign"), RoutePatternFactory.Parse(pattern), 0, EndpointMetadataCollection.Empty, "foreign");
        ((IEndpointRouteBuilder)group).DataSources.Add(new DefaultEndpointDataSource(endpoint));
        return group;
    }
}
