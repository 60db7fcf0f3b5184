using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using RouteMiddleware.Middleware.Auth;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>The revoked tokens of all instances. Asked from memory; what one instance revokes, the others know within a second.</summary>
internal sealed class SharedDenyList(IRedisConnection redis, TimeProvider clock) : IJwtDenyList, IFollowRedis
{
    private const int MaxPlainLength = 64;
    private const int Batch = 1000;

    // A token is accepted a clock skew longer than it says: an entry that went with 'exp' would let it in again.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    // KEYS: ends by jti, order by jti, and a hash: the last number of the order, and since when there is one. What has expired leaves with the next revocations, a few
    // at a time.
    private static readonly RedisScript Revoking = new("jwt_revoke", """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('HSETNX', KEYS[3], 'since', time[1] .. '.' .. time[2])
        for i = 1, #ARGV, 2 do
          local known = redis.call('ZSCORE', KEYS[1], ARGV[i])
          if not known or tonumber(known) < tonumber(ARGV[i + 1]) then
            redis.call('ZADD', KEYS[1], ARGV[i + 1], ARGV[i])
            redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'last', 1), ARGV[i])
          end
        end
        for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 100 + #ARGV)) do
          redis.call('ZREM', KEYS[1], old)
          redis.call('ZREM', KEYS[2], old)
        end
        return redis.call('HGET', KEYS[3], 'since')
        """);

    // Returns since when the order counts, then three values for each entry from number ARGV[1] on: jti, number, end.
    private static readonly RedisScript Hearing = new("jwt_hear", """
        local found = {redis.call('HGET', KEYS[3], 'since') or ''}
        for i, value in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])) do
          found[#found + 1] = value
          if i % 2 == 0 then found[#found + 1] = redis.call('ZSCORE', KEYS[1], found[#found - 1]) or '0' end
        end
        return found
        """);

    private readonly RedisKey[] _keys = [redis.KeyPrefix + "{jwt}:ends", redis.KeyPrefix + "{jwt}:order", redis.KeyPrefix + "{jwt}:count"];
    private readonly ConcurrentDictionary<string, long> _revoked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _unsent = new(StringComparer.Ordinal);
    private volatile bool _isUsed;
    private volatile string? _since;
    private string _lastName = "";
    private long _last;
    private int _sweepAt = 1024;

    public int Count => _revoked.Count;

    public bool IsRevoked(string jti) => _isUsed && _revoked.ContainsKey(NameOf(jti));

    public void Revoke(string jti, DateTimeOffset until) => Note(jti, until);

    public async ValueTask RevokeAsync(string jti, DateTimeOffset until, CancellationToken cancellationToken = default)
    {
        var name = Note(jti, until);

        if (_unsent.TryGetValue(name, out var end))
        {
            await SendAsync([new(name, end)], cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in _unsent.ToArray().Chunk(Batch))
        {
            await SendAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        while (await HearAsync(cancellationToken).ConfigureAwait(false) == Batch)
        {
        }

        Sweep();
    }

    private static string NameOf(string jti) => jti.Length <= MaxPlainLength ? jti : "#" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(jti)));

    private static bool Raise(ConcurrentDictionary<string, long> entries, string name, long end)
        => entries.AddOrUpdate(name, static (_, given) => given, static (_, old, given) => Math.Max(old, given), end) == end;

    private string Note(string jti, DateTimeOffset until)
    {
        ArgumentException.ThrowIfNullOrEmpty(jti);

        var (name, end) = (NameOf(jti), (until > DateTimeOffset.MaxValue - Grace ? DateTimeOffset.MaxValue : until + Grace).ToUnixTimeMilliseconds());
        _isUsed = true;

        // A second call may lengthen the entry and never shortens it.
        if (Raise(_revoked, name, end))
        {
            Raise(_unsent, name, end);
        }

        return name;
    }

    private async Task SendAsync(KeyValuePair<string, long>[] entries, CancellationToken cancellationToken)
    {
        var since = await redis.EvaluateAsync(Revoking, _keys, [.. entries.SelectMany(static entry => new RedisValue[] { entry.Key, entry.Value })], RedisFollower.CallTimeout, cancellationToken).ConfigureAwait(false);

        foreach (var entry in entries)
        {
            _unsent.TryRemove(entry);
        }

        // Told to a Redis that is not the one that was listened to: should that one lose it again, it must be noticed.
        if (!string.Equals(since.ToString(), _since, StringComparison.Ordinal))
        {
            _since = null;
        }
    }

    private async Task<int> HearAsync(CancellationToken cancellationToken)
    {
        var heard = (RedisValue[])(await redis.EvaluateAsync(Hearing, _keys, [_last, Batch], RedisFollower.CallTimeout, cancellationToken).ConfigureAwait(false))!;

        var since = heard[0].ToString();

        if (!string.Equals(since, _since, StringComparison.Ordinal) || !BeginsWhereWeAre(heard))
        {
            // The first time, or Redis lost what it knew, or the last of it in a failover: every instance tells it again, and listens from the beginning.
            (_since, _last) = (since, 0);
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();

            foreach (var (name, end) in _revoked.Where(entry => entry.Value > now))
            {
                _unsent[name] = end;
            }

            return since.Length == 0 ? 0 : Batch;
        }

        for (var i = 1; i < heard.Length; i += 3)
        {
            _isUsed = true;
            Raise(_revoked, heard[i].ToString(), (long)heard[i + 2]);
            (_lastName, _last) = (heard[i].ToString(), (long)heard[i + 1]);
        }

        return heard.Length / 3;
    }

    // The entry that was heard last must still be there: otherwise its number, and those below, may be another's. It may also have expired.
    private bool BeginsWhereWeAre(RedisValue[] heard)
        => _last == 0 || (heard.Length > 3 && (long)heard[2] == _last && string.Equals(heard[1].ToString(), _lastName, StringComparison.Ordinal));

    private void Sweep()
    {
        if (_revoked.Count < _sweepAt)
        {
            return;
        }

        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();

        foreach (var entry in _revoked.Where(entry => entry.Value < now))
        {
            _revoked.TryRemove(entry);
        }

        _sweepAt = Math.Max(1024, _revoked.Count * 2);
    }
}
