using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.HttpLogging;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>http_logging</c> to endpoints and groups.</summary>
public static class HttpLoggingConventionExtensions
{
    /// <summary>Logs requests and answers by ASP.NET Core's HTTP logging.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithHttpLogging<TBuilder>(
        this TBuilder builder,
        Action<HttpLoggingOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, HttpLoggingOptions>("http_logging", configure ?? (static _ => { }), line, file);
}
