using System.Buffers.Binary;
using RouteMiddleware.Middleware.RateLimit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.RateLimits;

/// <summary>One limit in the words of the scripts. Made once for each.</summary>
internal sealed class PolicyText
{
    private const long TicksPerMicrosecond = TimeSpan.TicksPerSecond / 1_000_000;

    private readonly RateLimitAlgorithm _algorithm;
    private readonly string _prefix;
    private readonly string _suffix;
    private readonly int _limit;
    private readonly long _window;
    private readonly long _costSteps;
    private readonly long _costParts;
    private readonly RedisValue[] _values;

    public PolicyText(RateLimitPolicy policy, string keyPrefix, TimeSpan lease)
    {
        _algorithm = policy.Algorithm;
        _limit = policy.PermitLimit;
        Acquire = RateLimitScripts.AcquireOne(_algorithm);

        // Rounded up: a window that is shorter than asked for would admit too much.
        _window = ((HoldsLeases ? lease : policy.Window).Ticks + TicksPerMicrosecond - 1) / TicksPerMicrosecond;

        // In how much time the permits of one request are refilled: whole microseconds, and as many parts of one as there are permits. More than a script's numbers can multiply.
        var time = (Int128)_window * policy.Cost;
        _costSteps = (long)(time / _limit);
        _costParts = (long)(time % _limit);

        // The braces keep a caller's limits in one slot of a cluster.
        _prefix = $"{keyPrefix}rl:{{";
        _suffix = $"}}:{policy.Id}";
        _values = [Kind, _limit, policy.Cost, _window, _costSteps, _costParts];
    }

    /// <summary>Whether requests hold their permits while they run.</summary>
    public bool HoldsLeases => _algorithm == RateLimitAlgorithm.Concurrency;

    private string Kind => _algorithm switch
    {
        RateLimitAlgorithm.Fixed => "f",
        RateLimitAlgorithm.TokenBucket => "t",
        RateLimitAlgorithm.Concurrency => "c",
        _ => "s",
    };

    /// <summary>The script for a chain with this limit alone.</summary>
    public RedisScript Acquire { get; }

    public RedisKey KeyOf(string partition) => string.Concat(_prefix, partition, _suffix);

    /// <summary>Writes what the scripts want to know of the limit.</summary>
    public void CopyTo(Span<RedisValue> values) => _values.CopyTo(values);

    /// <summary>Reads what a script answered.</summary>
    public RateLimitAnswer Read(ReadOnlySpan<byte> answer)
    {
        var (isAdmitted, left, free, permit, parts) = (Number(answer, 0) != 0, (int)Number(answer, 1), Number(answer, 2), Number(answer, 3), Number(answer, 4));

        if (_algorithm == RateLimitAlgorithm.TokenBucket)
        {
            // Owed is what the bucket lacks until it is full.
            left = (int)Int128.Max(0, ((((Int128)_window - free) * _limit) - parts) / _window);
            free = isAdmitted ? free + (parts > 0 ? 1 : 0) : free + _costSteps + ((parts + _costParts + _limit - 1) / _limit) - _window;
        }

        return new(isAdmitted, left, TimeSpan.FromTicks(Math.Max(0, free) * TicksPerMicrosecond), permit);
    }

    private static long Number(ReadOnlySpan<byte> answer, int index) => BinaryPrimitives.ReadInt64LittleEndian(answer[(index * sizeof(long))..]);
}
