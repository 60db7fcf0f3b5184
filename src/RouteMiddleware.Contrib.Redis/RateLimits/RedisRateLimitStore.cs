using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.RateLimit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.RateLimits;

/// <summary>Counts the permits of all instances in Redis: one script for each request, on the server's clock.</summary>
internal sealed class RedisRateLimitStore(IRedisConnection connection, TimeProvider clock) : IRateLimitStore, IDisposable
{
    private readonly ConditionalWeakTable<RateLimitPolicy, PolicyText> _texts = [];
    private readonly Leases _leases = new(connection, clock);

    public string Name => "redis";

    public string? Fault => connection.IsConfigured
        ? null
        : "no Redis is configured. Set RouteMiddleware:Redis:Configuration, or register an IConnectionMultiplexer.";

    public bool IsAvailable => connection.IsAvailable;

    /// <summary>How many leases this instance knows of.</summary>
    internal int LeaseCount => _leases.Count;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AcquireAsync(string partition, ReadOnlyMemory<RateLimitPolicy> policies, Memory<RateLimitAnswer> answers, TimeSpan timeout)
    {
        var texts = new PolicyText[policies.Length];
        var keys = new RedisKey[policies.Length];
        var values = new RedisValue[policies.Length * RateLimitScripts.ArgumentsPerLimit];
        long[]? leases = null;

        for (var i = 0; i < texts.Length; i++)
        {
            var text = texts[i] = TextOf(policies.Span[i]);
            var arguments = values.AsSpan(i * RateLimitScripts.ArgumentsPerLimit, RateLimitScripts.ArgumentsPerLimit);
            keys[i] = text.KeyOf(partition);
            text.CopyTo(arguments);

            if (text.HoldsLeases)
            {
                // Known before it is given: where no answer comes it is ended all the same.
                leases ??= new long[texts.Length];
                var length = Leases.LengthFor(timeout);
                arguments[3] = (long)length.TotalMicroseconds;
                arguments[4] = leases[i] = _leases.Begin(keys[i], length);
            }
        }

        try
        {
            var reply = await connection.EvaluateAsync(texts.Length == 1 ? texts[0].Acquire : RateLimitScripts.Acquire, keys, values, timeout).ConfigureAwait(false);
            Read(Given(reply), texts, leases, answers.Span);
        }
        catch (Exception exception) when (exception is RedisUnavailableException or InvalidCastException)
        {
            foreach (var lease in leases ?? [])
            {
                if (exception is RedisUnavailableException { Failure: RedisFailure.NotConnected or RedisFailure.CircuitOpen })
                {
                    _leases.Forget(lease);
                }
                else
                {
                    _leases.End(lease);
                }
            }

            throw Failed(exception);
        }
    }

    public async ValueTask<RateLimitAnswer> ReturnAsync(string partition, RateLimitPolicy policy, RateLimitAnswer answer, TimeSpan timeout)
    {
        var text = TextOf(policy);

        if (text.HoldsLeases)
        {
            _leases.End(answer.Permit);
            return answer with { Remaining = Math.Min(policy.PermitLimit, answer.Remaining + policy.Cost) };
        }

        var values = new RedisValue[RateLimitScripts.ArgumentsPerLimit + 1];
        text.CopyTo(values);
        values[^1] = answer.Permit;

        try
        {
            return text.Read(Given(await connection.EvaluateAsync(RateLimitScripts.Return, [text.KeyOf(partition)], values, timeout).ConfigureAwait(false)));
        }
        catch (Exception exception) when (exception is RedisUnavailableException or InvalidCastException)
        {
            throw Failed(exception);
        }
    }

    public void Dispose() => _leases.Dispose();

    // A proxy on the way, or replies out of step, which the connection finds out by itself: not a reason to fail a request.
    private static byte[] Given(RedisResult reply)
        => (byte[]?)reply is { Length: > 0 } given && given.Length % RateLimitScripts.BytesPerAnswer == 0 ? given : throw new InvalidCastException();

    private static RateLimitStoreException Failed(Exception exception)
        => new(exception is RedisUnavailableException ? exception.Message : "Redis answered with something else than was asked for.", exception);

    private void Read(ReadOnlySpan<byte> given, PolicyText[] texts, long[]? leases, Span<RateLimitAnswer> answers)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            var isAsked = (i + 1) * RateLimitScripts.BytesPerAnswer <= given.Length;

            if (isAsked)
            {
                answers[i] = texts[i].Read(given.Slice(i * RateLimitScripts.BytesPerAnswer, RateLimitScripts.BytesPerAnswer));
            }

            if (leases is null || !texts[i].HoldsLeases)
            {
                continue;
            }

            if (isAsked && answers[i].IsAdmitted)
            {
                answers[i] = answers[i] with { Permit = leases[i] };
                _leases.Hold(leases[i]);
            }
            else
            {
                _leases.Forget(leases[i]);
            }
        }
    }

    private PolicyText TextOf(RateLimitPolicy policy)
        => _texts.TryGetValue(policy, out var text) ? text : _texts.GetValue(policy, key => new PolicyText(key, connection.KeyPrefix, Leases.Length));
}
