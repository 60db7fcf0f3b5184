using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.RateLimit;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Limits the requests to endpoints and groups.</summary>
public static class RateLimitConventionExtensions
{
    /// <summary>Limits the requests to the endpoint or group. A group's limit is one limit for all of its endpoints.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Sets the limit.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithRateLimit<TBuilder>(
        this TBuilder builder,
        Action<RateLimitOptions> configure,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware("rate_limit", configure, line, file);
}
