using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Answers;

public sealed class AnswersClusterTests
{
    [Fact]
    public async Task Cluster_OfThreeMasters_KeepsAnswersOnAllAndEvictsThemAll()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var one = await AnswerInstance.StartAsync(cluster.Configuration, Handle);
        await using var other = await AnswerInstance.StartAsync(cluster.Configuration, Handle);

        for (var i = 0; i < 60; i++)
        {
            Assert.Equal($"MISS /{i}", await one.GetAsync($"/{i}"));
            Assert.Equal($"HIT /{i}", await other.GetAsync($"/{i}"));
        }

        foreach (var master in cluster.Masters)
        {
            Assert.Contains(":", await master.CommandAsync("KEYS", "rm:cache:*"), StringComparison.Ordinal);
        }

        await other.Cache.EvictByTagAsync("half 1");

        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(i % 2 == 1 ? $"MISS /{i}" : $"HIT /{i}", await one.GetAsync($"/{i}"));
        }
    }

    [Fact]
    public async Task Cluster_WithSlotsThatMove_AnswersEveryRequestAndLosesNoEviction()
    {
        var version = 0;
        await using var cluster = await RedisCluster.StartAsync();
        await using var app = await AnswerInstance.StartAsync(
            cluster.Configuration,
            (context, _) => context.Response.WriteAsync($"{Volatile.Read(ref version)}"),
            static o => o.Tags = ["version"]);
        using var end = new CancellationTokenSource();

        var readers = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                Assert.Matches("^(HIT|MISS) [0-9]+$", await app.GetAsync($"/{i}"));
            }
        })).ToArray();

        // The slots of all sixteen shards: whatever is asked for is on the way once.
        foreach (var key in (await Task.WhenAll(cluster.Masters.Select(static master => master.CommandAsync("KEYS", "*:evicted")))).SelectMany(static keys => keys.Split('\n')).Where(static key => key != "").ToArray())
        {
            var slot = await cluster.SlotAsync(key);
            var from = await cluster.OwnerAsync(slot);
            await cluster.MoveAsync(slot, cluster.Masters.First(master => master != from));
            Interlocked.Increment(ref version);
            await app.WaitForStoreAsync();
            await EvictAsync(app);
            Assert.EndsWith($" {version}", await app.GetAsync("/0"), StringComparison.Ordinal);
        }

        await end.CancelAsync();
        await Task.WhenAll(readers);
    }

    // An eviction may fail while a slot moves, and says so: then it is tried again.
    private static Task EvictAsync(AnswerInstance app) => Eventually.HoldsAsync(async () =>
    {
        try
        {
            await app.Cache.EvictByTagAsync("version");
            return true;
        }
        catch (RouteMiddleware.Middleware.Cache.RouteCacheStoreException)
        {
            return false;
        }
    });

    private static Task Handle(HttpContext context, int run)
    {
        var path = context.Request.Path.Value!;
        context.AddCacheTags($"half {int.Parse(path.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) % 2}");
        return context.Response.WriteAsync(path);
    }
}
