using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Pipeline;

/// <summary>Puts attachments on whatever carries endpoint conventions.</summary>
internal static class EndpointAttachments
{
    // Which builders' endpoints are built: some of ASP.NET Core's take calls afterwards without a word. Weak, so that nothing is kept alive by it.
    private static readonly ConditionalWeakTable<object, BuiltMark> Marks = [];

    public static TBuilder Attach<TBuilder>(TBuilder builder, IReadOnlyList<Attachment> attachments)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);

        var mark = Marks.GetOrCreateValue(builder);

        if (mark.IsBuilt || (builder is IEndpointRouteBuilder group && ComposerOf(group.ServiceProvider, null, attachments).IsChecked))
        {
            throw new InvalidOperationException("Middleware can't be put on or taken off after the application has started: the endpoints are built.");
        }

        foreach (var attachment in attachments)
        {
            attachment.IsOnGroup = builder is IEndpointRouteBuilder;
            builder.Add(endpoint =>
            {
                mark.Composer = ComposerOf(endpoint.ApplicationServices, mark, attachments);
                mark.Composer.Add(endpoint, attachment);
            });
        }

        try
        {
            builder.Finally(endpoint => ComposerOf(endpoint.ApplicationServices, mark, attachments).Finish(endpoint));
        }
        catch (NotImplementedException)
        {
            // The body that ASP.NET Core's interface gives to builders that leave Finally out.
            throw new RouteMiddlewareException(new RouteMiddlewareFault(
                WhereOf(attachments),
                $"{builder.GetType().Name} has no conventions that run last, so nothing can be put around its endpoints.",
                "Map them inside a group, and put the middleware on that: app.MapGroup(\"\").WithMiddleware(…)."));
        }

        return builder;
    }

    private static ChainComposer ComposerOf(IServiceProvider services, BuiltMark? mark, IReadOnlyList<Attachment> attachments)
        => services.GetService<ChainComposer>() ?? mark?.Composer ?? ChainComposer.Building
            ?? throw new RouteMiddlewareException(new RouteMiddlewareFault(
                WhereOf(attachments),
                "A route has middleware, but the services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));

    private static string WhereOf(IReadOnlyList<Attachment> attachments) => attachments.Count > 0 ? attachments[0].Where : "WithMiddleware()";

    private sealed class BuiltMark
    {
        public ChainComposer? Composer { get; set; }

        public bool IsBuilt => Composer?.IsChecked == true;
    }
}
