using System.Globalization;
using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Something else stands where a limit counts.</summary>
public sealed class BrokenValueTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const string Key = "rm:rl:{17f000001}:broken";

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static TheoryData<RateLimitAlgorithm, string, string> Values()
    {
        var data = new TheoryData<RateLimitAlgorithm, string, string>();

        foreach (var algorithm in Enum.GetValues<RateLimitAlgorithm>())
        {
            data.Add(algorithm, "LPUSH", "1");
            data.Add(algorithm, "SADD", "1");

            foreach (var value in new[] { "", "abc", "12345678901", "123456789012", "1234567890123", "1234567890123456", new string('z', 28), new string('z', 5000) })
            {
                data.Add(algorithm, "SET", value);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task R11_ValueThatIsNoneOfOurs_IsNoErrorAndIsReplaced(RateLimitAlgorithm algorithm, string command, string value)
    {
        await redis.EmptyAsync();
        await using var app = await Instances.StartOneAsync(redis.Server.Configuration, static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit"));
        var store = app.Store();
        var policy = new RateLimitPolicy { Id = "broken", Algorithm = algorithm, PermitLimit = 2, Window = Window };
        var answers = new RateLimitAnswer[1];
        await redis.Server.CommandAsync(command, Key, value);

        await store.AcquireAsync("17f000001", new[] { policy }, answers, Timeout);

        // What has the form of ours may count, for a window.
        Assert.True(answers[0].IsAdmitted || value.Length >= 12);
        Assert.InRange(answers[0].FreeIn, TimeSpan.Zero, Window);
        Assert.InRange(long.Parse(await redis.Server.CommandAsync("PTTL", Key), CultureInfo.InvariantCulture), 1, Window.TotalMilliseconds + 1_000);

        await redis.Server.CommandsAsync($"DEL {Key}", $"{command} {Key} {(value.Length == 0 ? "\"\"" : value)}");

        if (algorithm != RateLimitAlgorithm.Concurrency)
        {
            Assert.InRange((await store.ReturnAsync("17f000001", policy, answers[0], Timeout)).Remaining, 0, 2);
        }
    }
}
