using Microsoft.Extensions.DependencyInjection.Extensions;
using RouteMiddleware;
using RouteMiddleware.Contrib.Session;
using RouteMiddleware.Contrib.Session.Engines;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers sessions.</summary>
public static class SessionRouteMiddlewareBuilderExtensions
{
    /// <summary>Registers the middleware <c>session</c> (settings: <c>RouteMiddleware:Session</c>) and <c>session_auth</c>, and <see cref="ISessionAdmin"/>.</summary>
    /// <param name="builder">The builder that <c>AddRouteMiddleware()</c> returned.</param>
    /// <param name="defaults">Changes the defaults of the options; settings, entries and calls win over it. Default: none.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteMiddlewareBuilder AddSession(this RouteMiddlewareBuilder builder, Action<SessionOptions>? defaults = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.Services.TryAddSingleton<SessionStores>();
        builder.Services.TryAddSingleton<ISessionAdmin, SessionAdmin>();
        return builder
            .AddRedisConnection()
            .AddMiddleware<SessionMiddleware, SessionOptions>("session", defaults, "Session")
            .AddMiddleware<SessionAuthMiddleware>("session_auth");
    }
}
