using System.Globalization;
using RouteMiddleware.Contrib.Redis;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>A Redis whose scripts read a clock that a test moves; everything else is the real one.</summary>
internal sealed class ShiftedRedis(IRedisConnection inner, TimeProvider clock) : IRedisConnection
{
    public bool IsConfigured => inner.IsConfigured;

    public bool IsAvailable => inner.IsAvailable;

    public string KeyPrefix => inner.KeyPrefix;

    public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
        => inner.EvaluateAsync(Shifted(script), keys, values, timeout, cancellationToken);

    public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
        => inner.CallAsync(operation, call, timeout, cancellationToken);

    // The server itself expires keys by the true time: a key must outlive what a test says of the time.
    private RedisScript Shifted(RedisScript script) => new(script.Name, script.Text
        .Replace("redis.call('TIME')", Now(), StringComparison.Ordinal)
        .Replace("'PEXPIRE', key, ends - now)", "'PEXPIRE', key, ends - now + 60000)", StringComparison.Ordinal));

    private string Now()
    {
        var microseconds = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(CultureInfo.InvariantCulture, $"{{'{microseconds / 1_000_000}', '{microseconds % 1_000_000}'}}");
    }
}
