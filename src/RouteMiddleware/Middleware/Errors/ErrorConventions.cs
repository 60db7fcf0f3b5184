using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Puts mappings on whatever carries endpoint conventions.</summary>
internal static class ErrorConventions
{
    public static TBuilder Add<TBuilder>(TBuilder builder, ErrorMapping mapping)
        where TBuilder : IEndpointConventionBuilder
    {
        // A group takes conventions after the start without a word, and nothing comes of them.
        if (builder is IEndpointRouteBuilder group && group.ServiceProvider.GetService<IHostApplicationLifetime>() is { ApplicationStarted.IsCancellationRequested: true })
        {
            throw new InvalidOperationException("Errors can't be mapped after the application has started: the endpoints are built.");
        }

        builder.Add(endpoint =>
        {
            // Some endpoints are built without the application's services: then nothing can be said here.
            if (endpoint.ApplicationServices.GetService<IServiceProviderIsService>() is { } known && !known.IsService(typeof(RouteMiddlewareBuilder)))
            {
                throw new RouteMiddlewareException(new RouteMiddlewareFault(
                    mapping.ToString(),
                    "A route has mapped errors, but the services of RouteMiddleware are not registered.",
                    "Call builder.Services.AddRouteMiddleware() before the application is built."));
            }

            endpoint.Metadata.Add(mapping);

            if (mapping.Status is { } status)
            {
                endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
            }
        });

        return builder;
    }
}
