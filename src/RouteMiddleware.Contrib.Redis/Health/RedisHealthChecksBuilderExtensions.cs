using Microsoft.Extensions.Diagnostics.HealthChecks;
using RouteMiddleware.Contrib.Redis.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health of the connection to Redis.</summary>
public static class RedisHealthChecksBuilderExtensions
{
    /// <summary>
    /// Checks the connection that RouteMiddleware uses, by writing a key that lives a second: healthy; degraded where writes are refused, answers are slow or the server may
    /// throw any key away; else unhealthy. Needs <c>AddRedis()</c>, or a session on Redis.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks()</c> returned.</param>
    /// <param name="name">The check's name. Default: <c>redis</c>.</param>
    /// <param name="failureStatus">What a Redis that is away is reported as. Default: unhealthy; take degraded where the application goes on without it.</param>
    /// <param name="tags">For choosing checks. Default: none.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static IHealthChecksBuilder AddRouteMiddlewareRedis(this IHealthChecksBuilder builder, string name = "redis", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<RedisHealthCheck>(name, failureStatus, tags ?? []);
    }
}
