using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.OutputCache;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>output_cache</c> to endpoints and groups.</summary>
public static class OutputCacheConventionExtensions
{
    /// <summary>Keeps answers in ASP.NET Core's output cache.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithOutputCache<TBuilder>(
        this TBuilder builder,
        Action<OutputCacheOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, OutputCacheOptions>("output_cache", configure ?? (static _ => { }), line, file);
}
