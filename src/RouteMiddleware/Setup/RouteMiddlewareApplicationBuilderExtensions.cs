using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware;
using RouteMiddleware.Middleware.Authorization;
using RouteMiddleware.Pipeline;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the global list into the application's pipeline.</summary>
public static class RouteMiddlewareApplicationBuilderExtensions
{
    private const string RouteBuilderKey = "__EndpointRouteBuilder";

    // Where it is set, WebApplication does not put UseAuthorization in front of everything by itself.
    private const string AuthorizationKey = "__AuthorizationMiddlewareSet";

    /// <summary>
    /// Runs the global list (<c>RouteMiddleware:Middleware</c>, then what code added by <see cref="RouteMiddlewareBuilder.Use"/>) around every
    /// request from here on, also where no endpoint matches.
    /// </summary>
    /// <typeparam name="TApp">The kind of application builder.</typeparam>
    /// <param name="app">The application.</param>
    /// <returns><paramref name="app"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException"><c>AddRouteMiddleware()</c> was not called; at start, with every other fault.</exception>
    public static TApp UseRouteMiddleware<TApp>(this TApp app)
        where TApp : IApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(app);

        var chain = app.ApplicationServices.GetService<GlobalChain>()
            ?? throw new RouteMiddlewareException(new RouteMiddlewareFault(
                "app.UseRouteMiddleware()",
                "The services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));

        // WebApplication runs routing first by itself, unless the application calls UseRouting() somewhere: then it counts whether that came before.
        var routedBefore = app.Properties.ContainsKey(RouteBuilderKey);
        chain.Use(() => !routedBefore && app.Properties.ContainsKey(RouteBuilderKey));

        if (chain.AlwaysRuns(typeof(AuthorizationMiddleware)))
        {
            app.Properties[AuthorizationKey] = true;
        }

        app.Use(chain.Around);
        return app;
    }
}
