using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>
/// Lets time pass for the limits in Redis, whose scripts ask the server's own clock: what they wrote is made older, or younger, which is the same to them.
/// </summary>
internal sealed class ServerTime(RedisServer server) : IAsyncDisposable
{
    private const string Script = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local last = tonumber(redis.call('GET', 'test:last') or now)
        local by = tonumber(ARGV[1])
        if ARGV[2] == '1' then by = by - (now - last) end
        redis.call('SET', 'test:last', string.format('%.0f', now))
        for _, key in ipairs(redis.call('KEYS', 'rm:rl:*')) do
          if redis.call('TYPE', key).ok == 'zset' then
            for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -by, member) end
          else
            local v = redis.call('GET', key)
            local from = #v % 12 + 1
            local parts = { string.sub(v, 1, from - 1) }
            for p = from, #v, 12 do
              local time, count = struct.unpack('<I8I4', v, p)
              parts[#parts + 1] = struct.pack('<I8I4', time - by, count)
            end
            redis.call('SET', key, table.concat(parts), 'KEEPTTL')
          end
        end
        """;

    private RedisClient? _connection;

    /// <summary>Sets the clock of the server forward, or back.</summary>
    public Task JumpAsync(TimeSpan by) => RunAsync(by, isCompensated: false);

    /// <summary>Moves on, from the last call, by this time alone: what the test itself took does not count.</summary>
    public Task AdvanceAsync(TimeSpan by) => RunAsync(by, isCompensated: true);

    public ValueTask DisposeAsync()
    {
        _connection?.Dispose();
        return default;
    }

    private async Task RunAsync(TimeSpan by, bool isCompensated)
    {
        _connection ??= await server.ConnectAsync();
        await _connection.GetDatabase().ScriptEvaluateAsync(Script, [], [(long)by.TotalMicroseconds, isCompensated ? "1" : "0"]);
    }
}
