using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;
using Xunit.Abstractions;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>LIMITS R5 over five instances: some windows in every build, a hundred with ROUTEMIDDLEWARE_FAULT_ROUNDS.</summary>
public sealed class ManyWindowsTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>
{
    private const int Limit = 50;

    [Theory]
    [InlineData("sliding")]
    [InlineData("fixed")]
    [InlineData("token_bucket")]
    public async Task R5_FiveInstances_AdmitTheLimit_InEachOfManyWindows(string algorithm)
    {
        await redis.EmptyAsync();
        var windows = FaultPlan.Many(3, 100);
        await using var instances = await StartAsync(algorithm, "24:00:00");

        for (var window = 0; window < windows; window++)
        {
            // Each caller has windows of its own.
            var counts = await instances.FloodAsync(4 * Limit, atATime: 32, address: $"192.0.2.{window}");
            Assert.Equal(Limit, counts[HttpStatusCode.OK]);
            Assert.Equal(3 * Limit, counts[HttpStatusCode.TooManyRequests]);
        }

        output.WriteLine($"{algorithm}: {windows} windows, none with one too many or too few.");
    }

    [Theory]
    [InlineData("sliding")]
    [InlineData("fixed")]
    [InlineData("token_bucket")]
    public async Task R5_FiveInstances_FloodedOnAndOn_AdmitTheLimitInEachWindow(string algorithm)
    {
        await redis.EmptyAsync();
        var windows = FaultPlan.Many(3, 100);
        var length = TimeSpan.FromMilliseconds(200);
        await using var instances = await StartAsync(algorithm, "200ms");
        var (admitted, began) = (0, Stopwatch.GetTimestamp());

        while (Stopwatch.GetElapsedTime(began) < windows * length)
        {
            admitted += (await instances.FloodAsync(Limit, atATime: 16)).GetValueOrDefault(HttpStatusCode.OK);
        }

        // Those of a fixed window begin at a moment of the server's, and a bucket is full at first: one window more than went by.
        var most = (int)((Math.Ceiling(Stopwatch.GetElapsedTime(began) / length) + 1) * Limit);
        Assert.InRange(admitted, Limit, most);
        output.WriteLine($"{algorithm}: {admitted} admitted in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, at most {most}.");
    }

    private Task<Instances> StartAsync(string algorithm, string window)
        => Instances.StartAsync(
            5,
            redis.Server.Configuration,
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit"),
            [Instances.Setting("PermitLimit", $"{Limit}"), Instances.Setting("Window", window), Instances.Setting("Algorithm", algorithm)],
            static services => services.AddLogging(static logs => logs.SetMinimumLevel(LogLevel.Warning)));
}
