using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RouteMiddleware.Middleware.Cache;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Answers;

/// <summary>Keeps answers in Redis. A look is one call, and tells at once whether what is there was evicted: values and the table of evictions lie side by side, in sixteen shards.</summary>
internal sealed class RedisAnswerStore(IRedisConnection connection) : IRouteCacheStore
{
    // Tags whose slots lie evenly in a cluster: each is in a sixteenth of its own.
    private static readonly string[] Shards = ["u0", "qp", "dj", "wz", "d2", "pv", "uh", "iy", "ly", "h9", "uv", "q6", "rz", "qn", "dt", "ha"];

    // So many that one eviction takes hardly anything else with it, and so few that a table stays small.
    private const int MarkCount = 16 * 1024;
    private const int MaxTags = 256;

    public string Name => "redis";

    public string? Fault
        => connection.IsConfigured ? null : "there is no Redis: set RouteMiddleware:Redis:Configuration, or register an IConnectionMultiplexer.";

    // Longer ones would hold up everything else on the connection.
    public int MaxSize => 1024 * 1024;

    public async ValueTask<RouteCacheLook> GetAsync(RouteCacheKey key, RouteCacheLead? lead, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var shard = ShardOf(key);
        RedisKey[] keys = lead is null ? [ValueKey(shard, key), TableKey(shard)] : [ValueKey(shard, key), TableKey(shard), LeadKey(shard, key)];
        RedisValue[] values = lead is null ? [""] : [lead.Owner, Milliseconds(lead.Time)];
        return await CallAsync(AnswerScripts.Get, keys, values, Look, timeout, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> SetAsync(RouteCacheEntry entry, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (entry.Tags.Count > MaxTags || entry.Value.Length > MaxSize)
        {
            return false;
        }

        var shard = ShardOf(entry.Key);
        RedisValue[] values = [Envelope(entry), Milliseconds(entry.Lifetime), entry.ReplacesNewer ? 1 : 0];
        return await CallAsync(AnswerScripts.Set, [ValueKey(shard, entry.Key), TableKey(shard)], values, static reply => (int)reply == 1, timeout, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask RemoveAsync(RouteCacheKey key, TimeSpan timeout, CancellationToken cancellationToken)
        => await CallAsync(AnswerScripts.Remove, [ValueKey(ShardOf(key), key)], [], static _ => true, timeout, cancellationToken).ConfigureAwait(false);

    public async ValueTask EndLeadAsync(RouteCacheKey key, RouteCacheLead lead, TimeSpan passTime, TimeSpan timeout)
    {
        RedisValue[] values = [lead.Owner, passTime > TimeSpan.Zero ? Milliseconds(passTime) : 0];
        await CallAsync(AnswerScripts.EndLead, [LeadKey(ShardOf(key), key)], values, static _ => true, timeout, CancellationToken.None).ConfigureAwait(false);
    }

    public ValueTask EvictByTagAsync(string tag, TimeSpan timeout, CancellationToken cancellationToken)
        => EvictAsync(AnswerScripts.EvictMark, [MarkOf(tag)], timeout, cancellationToken);

    public ValueTask EvictAllAsync(TimeSpan timeout, CancellationToken cancellationToken) => EvictAsync(AnswerScripts.EvictAll, [], timeout, cancellationToken);

    /// <summary>The value as the scripts read it.</summary>
    internal static byte[] Envelope(RouteCacheEntry entry)
    {
        var bytes = new byte[21 + (4 * entry.Tags.Count) + entry.Value.Length];
        bytes[0] = (byte)'A';
        _ = entry.Generation.TryFormat(bytes.AsSpan(1, 16), out _, "D16", CultureInfo.InvariantCulture);
        _ = entry.Tags.Count.TryFormat(bytes.AsSpan(17, 4), out _, "D4", CultureInfo.InvariantCulture);
        var rest = bytes.AsSpan(21);

        foreach (var tag in entry.Tags)
        {
            _ = System.Text.Encoding.ASCII.GetBytes(MarkOf(tag), rest);
            rest = rest[4..];
        }

        entry.Value.Span.CopyTo(rest);
        return bytes;
    }

    private static ReadOnlyMemory<byte> PayloadOf(byte[]? value)
        => value is not null && value.Length >= 21
            && int.TryParse(value.AsSpan(17, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && value.Length - 21 >= 4 * count
            ? value.AsMemory(21 + (4 * count))
            : value;

    private static string MarkOf(string tag)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(MemoryMarshal.AsBytes(tag.AsSpan()), hash);
        return (((hash[0] << 8) | hash[1]) % MarkCount).ToString("x4", CultureInfo.InvariantCulture);
    }

    private static long Milliseconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalMilliseconds));

    private static string ShardOf(RouteCacheKey key) => Shards[Convert.FromHexString(key.Group.AsSpan(0, 2))[0] % Shards.Length];

    private string TableKey(string shard) => $"{connection.KeyPrefix}cache:{{{shard}}}:evicted";

    private string ValueKey(string shard, RouteCacheKey key) => $"{connection.KeyPrefix}cache:{{{shard}}}:{key.Name}";

    private string LeadKey(string shard, RouteCacheKey key) => $"{connection.KeyPrefix}cache:{{{shard}}}:{key.Name}:lead";

    // All at once; each must have been told, or it is not done.
    private async ValueTask EvictAsync(RedisScript script, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken)
        => await Task.WhenAll(Shards.Select(shard => CallAsync(script, [TableKey(shard), TableKey(shard)], values, static _ => true, timeout, cancellationToken).AsTask())).ConfigureAwait(false);

    private static RouteCacheLook Look(RedisResult reply)
        => (RedisResult[]?)reply is [var generation, var value, var role, var foreign]
            ? new(PayloadOf((byte[]?)value), (long)generation, (RouteCacheRole)(int)role, (int)foreign != 0)
            : throw new InvalidCastException();

    private async ValueTask<T> CallAsync<T>(RedisScript script, RedisKey[] keys, RedisValue[] values, Func<RedisResult, T> read, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return read(await connection.EvaluateAsync(script, keys, values, timeout, cancellationToken).ConfigureAwait(false));
        }
        catch (RedisUnavailableException exception)
        {
            throw new RouteCacheStoreException(exception.Message, exception);
        }
        catch (InvalidCastException exception)
        {
            // A proxy on the way, or replies out of step, which the connection finds out by itself: not a reason to fail a request.
            throw new RouteCacheStoreException("Redis answered with something else than was asked for.", exception);
        }
    }
}
