using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>The limits in Redis beside those in memory, under the same random arrivals. A failure names its seed.</summary>
public sealed class AgreementTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Histories = 6;
    private const int Steps = 40;

    // All that is decided by time is decided at least so long before or after a request: real time that passes in the test does not matter.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Unit = TimeSpan.FromSeconds(100);

    [Theory]
    [InlineData("sliding", "all")]
    [InlineData("sliding", "failures")]
    [InlineData("fixed", "all")]
    [InlineData("fixed", "failures")]
    [InlineData("token_bucket", "all")]
    [InlineData("token_bucket", "failures")]
    public async Task Stores_UnderTheSameArrivals_SayTheSame(string algorithm, string count)
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            await CompareAsync(algorithm, count, seed);
        }
    }

    private async Task CompareAsync(string algorithm, string count, int seed)
    {
        var random = new Random(seed);
        var limit = random.Next(1, 9);
        var cost = random.Next(1, limit + 1);
        var clock = new ManualClock();
        await redis.EmptyAsync();
        await using var time = new ServerTime(redis.Server);
        await using var memory = await StartAsync("memory");
        await using var shared = await StartAsync("redis");

        for (var step = 0; step < Steps; step++)
        {
            var gap = Apart + (Unit * Math.Max(0, random.Next(-4, 4)));
            var path = random.Next(2) == 0 ? "/200" : "/400";
            clock.Advance(gap);
            await time.AdvanceAsync(gap);

            using var expected = await memory.SendAsync(path);
            using var actual = await shared.SendAsync(path);

            var where = $"{algorithm}, {count}, seed {seed}, step {step}: limit {limit}, cost {cost}";
            Assert.True(expected.StatusCode == actual.StatusCode, $"{where}: {expected.StatusCode} in memory, {actual.StatusCode} in Redis");
            Assert.True(expected.Header("X-RateLimit-Remaining") == actual.Header("X-RateLimit-Remaining"), $"{where}: {expected.Header("X-RateLimit-Remaining")} left in memory, {actual.Header("X-RateLimit-Remaining")} in Redis");
            Assert.InRange(SecondsOf(expected) - SecondsOf(actual), -1, 2);
        }

        Task<TestApp> StartAsync(string store) => Instances.StartOneAsync(
            redis.Server.Configuration,
            static app => app.MapGet("/{status:int}", static (int status) => Results.StatusCode(status)).WithMiddleware("rate_limit"),
            [
                Instances.Setting("Store", store),
                Instances.Setting("Algorithm", algorithm),
                Instances.Setting("Count", count),
                Instances.Setting("PermitLimit", limit.ToString(CultureInfo.InvariantCulture)),
                Instances.Setting("Cost", cost.ToString(CultureInfo.InvariantCulture)),
                Instances.Setting("Window", (Unit * limit).ToString()),
            ],
            services => services.AddSingleton<TimeProvider>(clock));
    }

    private static int SecondsOf(HttpResponseMessage answer)
        => answer.StatusCode == HttpStatusCode.TooManyRequests
            ? (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds
            : int.Parse(answer.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);
}
