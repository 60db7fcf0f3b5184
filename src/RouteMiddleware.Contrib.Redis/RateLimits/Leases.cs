using System.Collections.Concurrent;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.RateLimits;

/// <summary>
/// The permits that this instance's requests hold while they run. Each is a lease that ends by itself when its instance has died, and is renewed as long as it lives.
/// </summary>
internal sealed class Leases : IDisposable
{
    /// <summary>How long a lease holds without renewal, where the store has no more than a third of it to answer.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    private const int Batch = 100;

    // So many calls at once: the renewal of many callers must be over long before the first of their leases.
    private const int Calls = 32;

    private static readonly TimeSpan Renewal = Length / 3;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, Lease> _leases = new();
    private readonly IRedisConnection _connection;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    // Up from somewhere at random: no two instances use the same numbers.
    private long _lastId = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & (long.MaxValue >> 1);
    private int _isRenewing;

    public Leases(IRedisConnection connection, TimeProvider clock)
    {
        _connection = connection;
        _clock = clock;

        // The request that happens to be the first must not be remembered by the timer.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _timer = clock.CreateTimer(static state => _ = ((Leases)state!).RenewAsync(), this, Renewal, Renewal);
        }
    }

    /// <summary>How many requests hold permits, or have ended and could not say so yet.</summary>
    public int Count => _leases.Count;

    /// <summary>How long a lease holds: one whose answer may take long must not have ended, or nearly so, when it is known to be there and is renewed.</summary>
    public static TimeSpan LengthFor(TimeSpan timeout) => timeout > Renewal ? Length + timeout - Renewal : Length;

    /// <summary>Notes a lease that is about to be asked for.</summary>
    public long Begin(RedisKey key, TimeSpan length)
    {
        var id = Interlocked.Increment(ref _lastId);
        _leases[id] = new Lease(key, length);
        return id;
    }

    /// <summary>Notes that a lease was given: it is renewed from now on.</summary>
    public void Hold(long id)
    {
        if (_leases.TryGetValue(id, out var lease))
        {
            Volatile.Write(ref lease.IsHeld, true);
        }
    }

    /// <summary>Forgets a lease that was not given.</summary>
    public void Forget(long id) => _leases.TryRemove(id, out _);

    /// <summary>Ends a lease. Whoever comes next on this connection finds its permits free; nobody waits for it.</summary>
    public void End(long id)
    {
        if (_leases.TryGetValue(id, out var lease))
        {
            Volatile.Write(ref lease.EndedAt, Math.Max(1, _clock.GetTimestamp()));
            _ = ReleaseAsync(id, lease);
        }
    }

    public void Dispose() => _timer.Dispose();

    private async Task ReleaseAsync(long id, Lease lease)
    {
        try
        {
            await _connection.CallAsync("rate_limit_release", database => database.SortedSetRemoveAsync(lease.Key, id), CallTimeout).ConfigureAwait(false);
            _leases.TryRemove(id, out _);
        }
        catch (RedisUnavailableException)
        {
            // Tried again with the next renewal, until the lease has ended by itself.
        }
    }

    private async Task RenewAsync()
    {
        if (Interlocked.Exchange(ref _isRenewing, 1) != 0)
        {
            return;
        }

        try
        {
            var running = _leases.Where(static pair => Volatile.Read(ref pair.Value.IsHeld) && Volatile.Read(ref pair.Value.EndedAt) == 0);
            await EachAsync(running.GroupBy(static pair => pair.Value.Key).SelectMany(static group => group.Chunk(Batch)), RenewAsync).ConfigureAwait(false);

            // Behind those that run: these end by themselves if they must.
            var now = _clock.GetTimestamp();
            await EachAsync(_leases.Where(static pair => Volatile.Read(ref pair.Value.EndedAt) != 0), pair => ReleaseAgainAsync(pair.Key, pair.Value, now)).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isRenewing, 0);
        }
    }

    private static Task EachAsync<T>(IEnumerable<T> items, Func<T, Task> act)
        => Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = Calls }, (item, _) => new ValueTask(act(item)));

    private Task ReleaseAgainAsync(long id, Lease lease, long now)
    {
        if (_clock.GetElapsedTime(lease.EndedAt, now) <= lease.Length)
        {
            return ReleaseAsync(id, lease);
        }

        Forget(id);
        return Task.CompletedTask;
    }

    private async Task RenewAsync(KeyValuePair<long, Lease>[] batch)
    {
        RedisValue[] values = [(long)batch[0].Value.Length.TotalMicroseconds, .. batch.Select(static pair => (RedisValue)pair.Key)];

        try
        {
            await _connection.EvaluateAsync(RateLimitScripts.Renew, [batch[0].Value.Key], values, CallTimeout).ConfigureAwait(false);
        }
        catch (RedisUnavailableException)
        {
            // The next renewal comes before the lease has ended.
        }

        // Who ended while the renewal was under way may have been brought back by it.
        foreach (var (id, lease) in batch.Where(static pair => Volatile.Read(ref pair.Value.EndedAt) != 0))
        {
            _leases.TryAdd(id, lease);
            await ReleaseAsync(id, lease).ConfigureAwait(false);
        }
    }

    private sealed class Lease(RedisKey key, TimeSpan length)
    {
        /// <summary>Whether it was given: one that is still asked for may yet be refused.</summary>
        public bool IsHeld;

        /// <summary>When its request ended; 0 while it runs.</summary>
        public long EndedAt;

        public RedisKey Key => key;

        public TimeSpan Length => length;
    }
}
