using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>A distributed cache with the commands of ASP.NET Core's own one for Redis, whose package needs a newer client: HMGET and EXPIRE to read, HMSET and EXPIRE to write.</summary>
internal sealed class RedisDistributedCache(IDatabase database) : IDistributedCache
{
    private static readonly RedisValue[] Fields = ["sldexp", "data"];

    private static readonly RedisValue[] Expiry = ["sldexp"];

    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) => await ReadAsync(key, Fields) is [_, { IsNull: false } data] ? (byte[]?)data : null;

    public void Refresh(string key) => RefreshAsync(key).GetAwaiter().GetResult();

    public Task RefreshAsync(string key, CancellationToken token = default) => ReadAsync(key, Expiry);

    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    public Task RemoveAsync(string key, CancellationToken token = default) => database.KeyDeleteAsync(key);

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => SetAsync(key, value, options).GetAwaiter().GetResult();

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        var idle = options.SlidingExpiration ?? TimeSpan.FromMinutes(20);
        await database.HashSetAsync(key, [new("sldexp", idle.Ticks), new("data", value)]);
        await database.KeyExpireAsync(key, idle);
    }

    private async Task<RedisValue[]> ReadAsync(string key, RedisValue[] fields)
    {
        var values = await database.HashGetAsync(key, fields);

        if (!values[0].IsNull)
        {
            await database.KeyExpireAsync(key, TimeSpan.FromTicks((long)values[0]));
        }

        return values;
    }
}
