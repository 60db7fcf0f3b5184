using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware;
using RouteMiddleware.Invariants;

namespace Microsoft.AspNetCore.Builder;

/// <summary>States what the middleware of an application's routes must always be.</summary>
public static class InvariantApplicationBuilderExtensions
{
    /// <summary>Begins a rule about the chains of the application's routes: <c>app.Middleware().Under("/admin").Must.Run("auth")</c>.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The rules of the application.</returns>
    /// <exception cref="RouteMiddlewareException"><c>AddRouteMiddleware()</c> was not called.</exception>
    public static MiddlewareInvariants Middleware(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);

        return app.ApplicationServices.GetService<InvariantList>() is { } list
            ? new MiddlewareInvariants(list, app)
            : throw new RouteMiddlewareException(new RouteMiddlewareFault(
                "app.Middleware()",
                "The services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));
    }
}
