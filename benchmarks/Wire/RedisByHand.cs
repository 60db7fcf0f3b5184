using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>What the variant by hand does on Redis: a fixed window by script.</summary>
internal static class RedisByHand
{
    // The window that most people write: INCR, and an expiry with the first one.
    private const string FixedWindow = """
        local count = redis.call('INCR', KEYS[1])
        if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return count <= tonumber(ARGV[1]) and 1 or 0
        """;

    public static async Task<bool> TryAcquireAsync(IDatabase database, string address, int limit)
        => (long)await database.ScriptEvaluateAsync(FixedWindow, [$"limit:{{{address}}}"], [limit, 60_000]) == 1;
}
