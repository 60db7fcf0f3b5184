using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Cache;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Keeps the answers of endpoints and groups.</summary>
public static class CacheConventionExtensions
{
    /// <summary>Keeps the answers of the endpoint or group and gives them again.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Sets how long, and for whom.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithCache<TBuilder>(
        this TBuilder builder,
        Action<CacheOptions> configure,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware("cache", configure, line, file);
}
