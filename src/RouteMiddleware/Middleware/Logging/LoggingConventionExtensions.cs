using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Logging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>logging</c> to endpoints and groups.</summary>
public static class LoggingConventionExtensions
{
    /// <summary>Logs each request when it comes and when it is answered.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithLogging<TBuilder>(
        this TBuilder builder,
        Action<LoggingOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, LoggingOptions>("logging", configure ?? (static _ => { }), line, file);
}
