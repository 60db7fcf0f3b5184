using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Authorization;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>authorization</c> to endpoints and groups.</summary>
public static class AuthorizationConventionExtensions
{
    /// <summary>Lets pass whom the policy or the roles allow.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithAuthorization<TBuilder>(
        this TBuilder builder,
        Action<AuthorizationOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, AuthorizationOptions>("authorization", configure ?? (static _ => { }), line, file);
}
