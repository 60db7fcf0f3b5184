using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class MemoryCacheStoreTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task K8_AMillionKeys_StayWithinTheLimit()
    {
        const int Limit = 1024 * 1024;
        var store = new MemoryCacheStore(_clock, Limit);
        var keys = Environment.GetEnvironmentVariable("CACHE_KEYS") is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 200_000;

        for (var i = 0; i < keys; i++)
        {
            Assert.True(await SetAsync(store, $"key {i}", Answer(100, $"tag {i}")));
            Assert.InRange(store.Size, 1, Limit);
        }

        Assert.InRange(store.Count, 100, Limit / 500);
        Assert.InRange(store.TagCount, 1, store.Count + 4097);
    }

    [Fact]
    public async Task K8_WhatIsAskedFor_OutlivesWhatIsNot()
    {
        var store = new MemoryCacheStore(_clock, 256 * 1024);
        await SetAsync(store, "hot", Answer(100));

        for (var i = 0; i < 20_000; i++)
        {
            await SetAsync(store, $"cold {i}", Answer(100));
            Assert.NotNull(Get(store, "hot"));
        }

        Assert.Null(Get(store, "cold 0"));
    }

    [Fact]
    public async Task K8_ItemLargerThanTheStore_IsNotKept()
    {
        var store = new MemoryCacheStore(_clock, 64 * 1024);
        await SetAsync(store, "a", Answer(100));

        Assert.False(await SetAsync(store, "b", Answer(66_000)));

        Assert.Null(Get(store, "b"));
        Assert.NotNull(Get(store, "a"));
    }

    [Fact]
    public async Task K8_WhatIsOver_MakesRoomBeforeTheLimitIsReached()
    {
        var store = new MemoryCacheStore(_clock, 1024 * 1024 * 1024);

        for (var i = 0; i < 20_000; i++)
        {
            await SetAsync(store, $"key {i}", Answer(100));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        // Each lives a minute.
        Assert.InRange(store.Count, 60, 400);
    }

    [Fact]
    public async Task Size_OfAnEmptiedStore_IsZero()
    {
        var store = new MemoryCacheStore(_clock, 1024 * 1024);

        for (var i = 0; i < 1_000; i++)
        {
            await SetAsync(store, $"key {i % 100}", Answer(i, "a", "b"));
        }

        await store.EvictAllAsync(CancellationToken.None);

        Assert.Equal((0L, 0), (store.Size, store.Count));
    }

    [Fact]
    public async Task Tags_ThatNothingCarries_AreForgottenWithoutTheirEvictions()
    {
        var store = new MemoryCacheStore(_clock, 1024 * 1024);
        var begun = store.Begin();

        for (var i = 0; i < 20_000; i++)
        {
            await store.EvictByTagAsync($"tag {i}", CancellationToken.None);
        }

        Assert.InRange(store.TagCount, 0, 4097);
        Assert.False(await store.SetAsync("a", Answer(1, "tag 1"), begun, CancellationToken.None));
        Assert.True(await store.SetAsync("b", Answer(1, "tag 1"), store.Begin(), CancellationToken.None));
    }

    [Fact]
    public async Task Answer_MadeBeforeANewerOne_DoesNotTakeItsPlace()
    {
        var store = new MemoryCacheStore(_clock, 1024 * 1024);
        var old = store.Begin();
        await store.EvictByTagAsync("x", CancellationToken.None);
        var newer = Answer(1);
        await SetAsync(store, "a", newer);

        Assert.False(await store.SetAsync("a", Answer(2), old, CancellationToken.None));

        Assert.Same(newer, Get(store, "a"));
    }

    [Fact]
    public async Task Store_UsedByManyThreads_CountsRight()
    {
        var store = new MemoryCacheStore(_clock, 300_000);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            var random = new Random(thread);

            for (var i = 0; i < 20_000; i++)
            {
                var key = $"key {random.Next(1_000)}";

                switch (random.Next(10))
                {
                    case 0:
                        await store.EvictByTagAsync($"tag {random.Next(10)}", CancellationToken.None);
                        break;
                    case < 5:
                        await SetAsync(store, key, Answer(random.Next(500), $"tag {random.Next(10)}"));
                        break;
                    default:
                        Get(store, key);
                        break;
                }
            }
        })));

        Assert.InRange(store.Size, 1, 300_000);
        await store.EvictAllAsync(CancellationToken.None);
        Assert.Equal((0L, 0), (store.Size, store.Count));
    }

    private static ValueTask<bool> SetAsync(MemoryCacheStore store, string key, CacheItem item) => store.SetAsync(key, item, store.Begin(), CancellationToken.None);

    private CacheItem? Get(MemoryCacheStore store, string key)
    {
        Assert.True(store.TryGet(key, _clock.GetUtcNow().UtcTicks, out var item));
        return item;
    }

    private StoredAnswer Answer(int length, params string[] tags) => new()
    {
        Status = 200,
        Headers = [],
        Body = [new byte[length]],
        Length = length,
        StoredAt = _clock.GetUtcNow().UtcTicks,
        FreshUntil = _clock.GetUtcNow().AddMinutes(1).UtcTicks,
        KeptUntil = _clock.GetUtcNow().AddMinutes(1).UtcTicks,
        Tags = tags,
    };
}
