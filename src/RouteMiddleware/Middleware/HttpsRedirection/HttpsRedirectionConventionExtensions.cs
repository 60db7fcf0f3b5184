using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.HttpsRedirection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>https_redirection</c> to endpoints and groups.</summary>
public static class HttpsRedirectionConventionExtensions
{
    /// <summary>Sends callers who come over http to https.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithHttpsRedirection<TBuilder>(
        this TBuilder builder,
        Action<HttpsRedirectionOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, HttpsRedirectionOptions>("https_redirection", configure ?? (static _ => { }), line, file);
}
