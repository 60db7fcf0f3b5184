using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.AccessLog;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>access_log</c> to endpoints and groups.</summary>
public static class AccessLogConventionExtensions
{
    /// <summary>Writes one line of JSON for each request.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithAccessLog<TBuilder>(
        this TBuilder builder,
        Action<AccessLogOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, AccessLogOptions>("access_log", configure ?? (static _ => { }), line, file);
}
