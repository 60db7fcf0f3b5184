using RouteMiddleware.Contrib.Redis.Answers;
using RouteMiddleware.Contrib.Redis.RateLimits;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>An answer that is none of the script's is a failure of the store, which has its declared end, and not one of the request.</summary>
public sealed class OddReplyTests : IRedisConnection
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private RedisResult _reply = RedisResult.Create((RedisValue)"+PONG");

    public bool IsConfigured => true;

    public bool IsAvailable => true;

    public string KeyPrefix => "rm:";

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding)]
    [InlineData(RateLimitAlgorithm.Concurrency)]
    public async Task R11_Limit_AnsweredWithSomethingElse_IsAFailureOfTheStore(RateLimitAlgorithm algorithm)
    {
        using var store = new RedisRateLimitStore(this, new ManualClock());
        var policy = new RateLimitPolicy { Id = "odd", Algorithm = algorithm, PermitLimit = 2, Window = TimeSpan.FromMinutes(1) };
        var answers = new RateLimitAnswer[1];

        foreach (var reply in new[] { _reply, RedisResult.Create((RedisValue)1) })
        {
            _reply = reply;
            await Assert.ThrowsAsync<RateLimitStoreException>(() => store.AcquireAsync("caller", new[] { policy }, answers, Limit).AsTask());
        }
    }

    [Fact]
    public async Task Cache_AnsweredWithSomethingElse_IsAFailureOfTheStore()
    {
        var store = new RedisAnswerStore(this);
        var key = new RouteCacheKey(new string('0', 64), new string('0', 64));
        var entry = new RouteCacheEntry { Key = key, Value = new byte[1], Tags = [], Generation = 1, Lifetime = Limit };

        await Assert.ThrowsAsync<RouteCacheStoreException>(() => store.GetAsync(key, null, Limit, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<RouteCacheStoreException>(() => store.SetAsync(entry, Limit, CancellationToken.None).AsTask());
    }

    public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default) => new(_reply);

    public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default) => new(default(T)!);
}
