using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Commands;

/// <summary>Asks the application's own routing, with all its constraints and policies, which endpoint a request would get. Nothing of the endpoint runs.</summary>
internal sealed class RouteFinder
{
    private const string RouteBuilderKey = "__EndpointRouteBuilder";

    private readonly IServiceProvider _services;
    private readonly RequestDelegate _route;

    public RouteFinder(IServiceProvider services)
    {
        _services = services;

        var app = new ApplicationBuilder(services);
        app.UseRouting();

        // Nothing of an endpoint shall run, and routing runs those that are marked for a short circuit by itself: others stand in their places.
        ((IEndpointRouteBuilder)app.Properties[RouteBuilderKey]!).DataSources.Add(new StandIns(services.GetRequiredService<EndpointDataSource>()));
        app.Run(static _ => Task.CompletedTask);
        _route = app.Build();
    }

    /// <summary>Finds the endpoint.</summary>
    /// <exception cref="Exception">Several fit equally well, or what the application added to routing throws.</exception>
    public async Task<RouteFinding> FindAsync(RequestToExplain request, string method)
    {
        using var scope = _services.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Method, context.Request.Scheme, context.Request.Host) = (method, request.Scheme, request.Host);
        (context.Request.Path, context.Request.QueryString, context.Request.ContentType) = (request.Path, request.Query, request.ContentType);

        await _route(context).ConfigureAwait(false);

        var values = context.Request.RouteValues.ToDictionary(static pair => pair.Key, static pair => Convert.ToString(pair.Value, CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);

        switch (context.GetEndpoint())
        {
            case null:
                return new(null, StatusCodes.Status404NotFound, [], values);
            case RouteEndpoint found:
                return new(found.Metadata.GetMetadata<StandIn>()?.Original ?? found, StatusCodes.Status200OK, [], values);
            case { RequestDelegate: { } answer, DisplayName: ['4', '0' or '1', '5', ' ', ..] }:
                // Routing's own answers, 405 and 415, are endpoints with such a name and no route.
                await answer(context).ConfigureAwait(false);
                return new(null, context.Response.StatusCode, [.. context.Response.Headers.Allow.SelectMany(static value => value?.Split(',', StringSplitOptions.TrimEntries) ?? []).Order(StringComparer.Ordinal)], values);
            case var other:
                return new(other, StatusCodes.Status200OK, [], values);
        }
    }

    private sealed record StandIn(Endpoint Original);

    private sealed class StandIns(EndpointDataSource source) : EndpointDataSource
    {
        private readonly IReadOnlyList<Endpoint> _endpoints =
        [
            .. source.Endpoints.OfType<RouteEndpoint>().Select(static endpoint => new RouteEndpoint(
                static _ => Task.CompletedTask,
                endpoint.RoutePattern,
                endpoint.Order,
                new EndpointMetadataCollection([.. endpoint.Metadata.Where(static item => !ShortCircuit.IsMark(item)), new StandIn(endpoint)]),
                endpoint.DisplayName)),
        ];

        public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

        public override IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);
    }
}
