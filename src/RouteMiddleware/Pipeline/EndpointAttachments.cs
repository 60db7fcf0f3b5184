using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Pipeline;

/// <summary>Puts attachments on whatever carries endpoint conventions.</summary>
internal static class EndpointAttachments
{
    public static TBuilder Attach<TBuilder>(TBuilder builder, IEnumerable<Attachment> attachments)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);

        // A group knows the application's services: what would go unnoticed later is refused at once.
        if (builder is IEndpointRouteBuilder group && ComposerOf(group.ServiceProvider, attachments.FirstOrDefault()).IsChecked)
        {
            throw new InvalidOperationException("Middleware can't be put on or taken off a group after the application has started: its endpoints are built.");
        }

        foreach (var attachment in attachments)
        {
            builder.Add(endpoint => ComposerOf(endpoint.ApplicationServices, attachment).Add(endpoint, attachment));
        }

        try
        {
            builder.Finally(static endpoint => ComposerOf(endpoint.ApplicationServices, null).Finish(endpoint));
        }
        catch (NotImplementedException)
        {
            throw new RouteMiddlewareException(new RouteMiddlewareFault(
                attachments.FirstOrDefault()?.Where ?? nameof(Attach),
                $"{builder.GetType().Name} has no conventions that run last, so nothing can be put around its endpoints.",
                "Map them inside a group, and put the middleware on that: app.MapGroup(\"\").WithMiddleware(…)."));
        }

        return builder;
    }

    private static ChainComposer ComposerOf(IServiceProvider services, Attachment? attachment)
        => services.GetService<ChainComposer>()
            ?? throw new RouteMiddlewareException(new RouteMiddlewareFault(
                attachment?.Where ?? "WithMiddleware",
                "A route has middleware, but the services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));
}
