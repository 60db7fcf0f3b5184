using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;
using Xunit.Abstractions;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS S6 and S7 over several instances: a part of it in every build, the whole with ROUTEMIDDLEWARE_FAULT_ROUNDS.</summary>
public sealed class RedisRacesTests(ITestOutputHelper output)
{
    [Fact]
    public async Task S7_64ClientsOnThreeInstances_LoseNoIncrement()
    {
        var each = FaultPlan.Many(10, 1000);
        var apps = await StartAsync(3);
        var browser = new Browser(apps[0]);
        await browser.DoAsync("/set/a/1");

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            var client = new Browser(apps[i % 3], browser.Cookie);

            for (var n = 0; n < each; n++)
            {
                await client.DoAsync("/add/n");
            }
        }));

        using var response = await browser.PostAsync("/add/n");
        Assert.Equal($"{(64 * each) + 1}", await response.Content.ReadAsStringAsync());
        output.WriteLine($"{64 * each} increments, none lost.");
        await EndAsync(apps);
    }

    [Fact]
    public async Task S6_LogoutAmongWritesOfOtherInstances_NeverComesBack()
    {
        var races = FaultPlan.Many(100, 10_000);
        var apps = await StartAsync(2);
        var (restored, written) = (0, 0);

        await Parallel.ForEachAsync(Enumerable.Range(0, races), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (race, _) =>
        {
            var browser = new Browser(apps[race % 2]);
            await browser.DoAsync("/set/old/1");
            var old = browser.Cookie;
            Browser[] writers = [new(apps[0], old), new(apps[1], old)];

            await Task.WhenAll(new Browser(apps[(race + 1) % 2], old).DoAsync("/logout"), writers[0].DoAsync("/set/k/1"), writers[1].DoAsync("/add/n"));

            // Whoever came after the logout may have a session of their own, in which nothing is of the old one.
            foreach (var cookie in writers.Select(static writer => writer.Cookie).Append(old))
            {
                var keys = await new Browser(apps[race % 2], cookie).ReadAsync("/keys");
                Interlocked.Add(ref restored, keys.Split(' ').Contains("old") || (cookie == old && keys.Length > 0) ? 1 : 0);
                Interlocked.Add(ref written, cookie != old && keys.Length > 0 ? 1 : 0);
            }
        });

        Assert.Equal(0, restored);
        output.WriteLine($"{races} races, {restored} restored, {written} new sessions.");
        await EndAsync(apps);
    }

    private static async Task<TestApp[]> StartAsync(int count)
    {
        var prefix = SharedRedis.NewPrefix();
        return await Task.WhenAll(Enumerable.Range(0, count).Select(_ => SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix, services: SessionApp.Quiet)));
    }

    private static async Task EndAsync(TestApp[] apps)
    {
        foreach (var app in apps)
        {
            await app.DisposeAsync();
        }
    }
}
