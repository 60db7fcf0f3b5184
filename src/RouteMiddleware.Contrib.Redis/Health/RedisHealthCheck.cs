using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RouteMiddleware.Contrib.Redis.Connections;

namespace RouteMiddleware.Contrib.Redis.Health;

/// <summary>Writes one short-lived key, as limits and sessions do. Ends within a second, and tells no secret.</summary>
internal sealed class RedisHealthCheck(IRedisConnection connection) : IHealthCheck
{
    private static readonly RedisScript Probe = new("health", "redis.call('SET', KEYS[1], '1', 'PX', 1000) return 1");
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(250);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);

        var startedAt = TimeProvider.System.GetTimestamp();

        try
        {
            await connection.EvaluateAsync(Probe, [$"{connection.KeyPrefix}{{health}}"], [], Limit, cancellationToken).ConfigureAwait(false);
            return Answered(TimeProvider.System.GetElapsedTime(startedAt));
        }
        catch (RedisUnavailableException exception)
        {
            return Judge(exception, context.Registration.FailureStatus);
        }
    }

    private HealthCheckResult Answered(TimeSpan took)
    {
        Dictionary<string, object> data = new(StringComparer.Ordinal) { ["milliseconds"] = Math.Round(took.TotalMilliseconds, 1) };
        return (connection as RedisConnection)?.DangerousPolicy is { } policy
            ? HealthCheckResult.Degraded($"Redis throws away any key when its memory is full (maxmemory-policy {policy}).", data: data)
            : took > Slow
                ? HealthCheckResult.Degraded(string.Create(CultureInfo.InvariantCulture, $"Redis took {took.TotalMilliseconds:0} ms to answer."), data: data)
                : HealthCheckResult.Healthy("Redis answers.", data);
    }

    private HealthCheckResult Judge(RedisUnavailableException exception, HealthStatus failure)
    {
        var reason = exception switch
        {
            { Failure: RedisFailure.NotConnected } when (connection as RedisConnection)?.Reason is { } known => $"There is no connection to Redis: {known}.",
            _ => exception.Message,
        };
        Dictionary<string, object> data = new(StringComparer.Ordinal) { ["failure"] = exception.Failure.ToString() };

        if (exception.Code is { } code)
        {
            data["code"] = code;
        }

        // Those still answer reads and deletions.
        return exception.Code is "OOM" or "READONLY" or "MISCONF" or "NOREPLICAS"
            ? HealthCheckResult.Degraded($"Redis takes no writes ({exception.Code}).", data: data)
            : new(failure, reason, data: data);
    }
}
