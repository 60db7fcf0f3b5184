using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.RequestTimeout;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>request_timeout</c> to endpoints and groups.</summary>
public static class RequestTimeoutConventionExtensions
{
    /// <summary>Gives up a request that takes too long: its <c>RequestAborted</c> is cancelled, and the answer is 504.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithRequestTimeout<TBuilder>(
        this TBuilder builder,
        Action<RequestTimeoutOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, RequestTimeoutOptions>("request_timeout", configure ?? (static _ => { }), line, file);
}
