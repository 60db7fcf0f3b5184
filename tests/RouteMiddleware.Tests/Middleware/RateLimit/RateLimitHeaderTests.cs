using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitHeaderTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task R10_Headers_OfAdmittedAndRefusedAnswers_TellLimitRemainingAndReset()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:2/1m"));

        using var first = await app.SendAsync("/");
        AssertHeaders(first, "2", "1", "60");

        _clock.Advance(TimeSpan.FromSeconds(20.5));
        using var second = await app.SendAsync("/");
        AssertHeaders(second, "2", "0", "40");

        using var third = await app.SendAsync("/");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        AssertHeaders(third, "2", "0", "40");
        Assert.Equal(TimeSpan.FromSeconds(40), third.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task R10_Headers_InsideAWindow_NeverRiseNorFallBelowZero()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (5, RateLimitAlgorithm.Fixed)));
        var (lastRemaining, lastReset) = (5, 60);

        for (var i = 0; i < 59; i++)
        {
            using var response = await app.SendAsync("/");
            var remaining = int.Parse(response.Header("X-RateLimit-Remaining")!, CultureInfo.InvariantCulture);
            var reset = int.Parse(response.Header("X-RateLimit-Reset")!, CultureInfo.InvariantCulture);

            Assert.InRange(remaining, 0, lastRemaining);
            Assert.InRange(reset, 1, lastReset);
            (lastRemaining, lastReset) = (remaining, reset);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Theory]
    [InlineData("00:01:00", "\"default\";q=7;w=60")]
    [InlineData("00:00:00.200", "\"default\";q=7;w=1")]
    [InlineData("00:00:01.001", "\"default\";q=7;w=2")]
    [InlineData("1d", "\"default\";q=7;w=86400")]
    public async Task R10_Policy_OfTheDraft_HasWholeSeconds(string window, string expected)
    {
        await using var app = await Limits.StartAsync(
            _clock,
            app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit"),
            new Dictionary<string, string?> { ["RouteMiddleware:RateLimit:PermitLimit"] = "7", ["RouteMiddleware:RateLimit:Window"] = window });

        using var response = await app.SendAsync("/");

        Assert.Equal(expected, response.Header("RateLimit-Policy"));
    }

    [Theory]
    [InlineData(RateLimitHeaders.Both, true, true)]
    [InlineData(RateLimitHeaders.X, true, false)]
    [InlineData(RateLimitHeaders.Draft, false, true)]
    [InlineData(RateLimitHeaders.None, false, false)]
    public async Task Headers_ByOption_AreThoseAskedFor(RateLimitHeaders headers, bool hasX, bool hasDraft)
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithRateLimit(o => (o.PermitLimit, o.Headers) = (1, headers)));

        for (var i = 0; i < 2; i++)
        {
            using var response = await app.SendAsync("/");
            Assert.Equal(hasX, response.Headers.Contains("X-RateLimit-Limit"));
            Assert.Equal(hasX, response.Headers.Contains("X-RateLimit-Remaining"));
            Assert.Equal(hasX, response.Headers.Contains("X-RateLimit-Reset"));
            Assert.Equal(hasDraft, response.Headers.Contains("RateLimit"));
            Assert.Equal(hasDraft, response.Headers.Contains("RateLimit-Policy"));
            Assert.Equal(i == 1, response.Headers.Contains("Retry-After"));
        }
    }

    [Fact]
    public async Task Headers_OnTheAnswersOfOthers_Stand()
    {
        await using var app = await Limits.StartAsync(
            _clock,
            app =>
            {
                app.UseExceptionHandler(error => error.Run(static context => context.Response.WriteAsync("mended")));
                app.UseRouteMiddleware();
                app.MapGet("/throw", string () => throw new InvalidOperationException("no"));
                app.MapGet("/unchanged", () => Results.StatusCode(304));
                app.MapGet("/number/{id:int}", (int id) => id);
            },
            new Dictionary<string, string?> { ["RouteMiddleware:Middleware:0"] = "rate_limit:9/1m" });

        foreach (var (path, method, status, remaining) in new[]
        {
            ("/throw", "GET", 500, "8"),
            ("/unchanged", "GET", 304, "7"),
            ("/nowhere", "GET", 404, "6"),
            ("/number/1", "DELETE", 405, "5"),
        })
        {
            using var response = await app.SendAsync(path, method: method);
            Assert.Equal(status, (int)response.StatusCode);
            AssertHeaders(response, "9", remaining, "60");
        }
    }

    [Fact]
    public async Task Reset_OfAnAnswerThatTookLong_CountsFromWhenItGoesOut()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => _clock.Advance(TimeSpan.FromSeconds(50.2))).WithMiddleware("rate_limit:2/1m"));

        using var response = await app.SendAsync("/");

        AssertHeaders(response, "2", "1", "10");
    }

    [Theory]
    [InlineData("rate_limit:9/1m", "rate_limit:2/1h")]
    [InlineData("rate_limit:2/1h", "rate_limit:9/1m")]
    public async Task SeveralLimits_OnOneChain_AllHoldAndTheTightestIsReported(string outer, string inner)
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGroup("").WithMiddleware(outer).MapGet("/", () => "ok").WithMiddleware(inner));

        using var first = await app.SendAsync("/");
        AssertHeaders(first, "2", "1", "3600");
        using var second = await app.SendAsync("/");
        AssertHeaders(second, "2", "0", "3600");
        using var third = await app.SendAsync("/");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        AssertHeaders(third, "2", "0", "3600");
    }

    [Theory]
    [InlineData("rate_limit:2/1m", "rate_limit:2/1h")]
    [InlineData("rate_limit:2/1h", "rate_limit:2/1m")]
    public async Task SeveralLimits_WithAsMuchLeft_ReportTheOneThatLastsLonger(string outer, string inner)
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithMiddleware(outer, inner));

        using var response = await app.SendAsync("/");

        AssertHeaders(response, "2", "1", "3600");
    }

    [Fact]
    public async Task SeveralLimits_OfWhichTheSecondRefuses_ReportTheOneThatRefuses()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok")
            .WithRateLimit(o => (o.PermitLimit, o.Headers) = (2, RateLimitHeaders.X))
            .WithRateLimit(o => (o.PermitLimit, o.Cost, o.Window, o.Headers) = (5, 4, TimeSpan.FromSeconds(10), RateLimitHeaders.Draft)));

        using var first = await app.SendAsync("/");
        Assert.Equal("\"default\";r=1;t=10", first.Header("RateLimit"));

        // One permit of five is left: not enough for four.
        using var second = await app.SendAsync("/");
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        AssertHeaders(second, "5", "1", "10");
        Assert.Equal(TimeSpan.FromSeconds(10), second.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Headers_OfOneConnection_AreThoseOfEachRequest()
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            app.MapGet("/few", () => "ok").WithMiddleware("rate_limit:3/1m");
            app.MapGet("/many", () => "ok").WithMiddleware("rate_limit:4000/1m");
            app.MapGet("/free", () => "ok");
        });

        using var few = await app.SendAsync("/few");
        AssertHeaders(few, "3", "2", "60");
        using var many = await app.SendAsync("/many");
        AssertHeaders(many, "4000", "3999", "60");
        using var free = await app.SendAsync("/free");
        Assert.False(free.Headers.Contains("X-RateLimit-Limit"));
        using var again = await app.SendAsync("/few");
        AssertHeaders(again, "3", "1", "60");
    }

    private static void AssertHeaders(HttpResponseMessage response, string limit, string remaining, string reset)
    {
        Assert.Equal(
            (limit, remaining, reset),
            (response.Header("X-RateLimit-Limit"), response.Header("X-RateLimit-Remaining"), response.Header("X-RateLimit-Reset")));
        Assert.Equal($"\"default\";r={remaining};t={reset}", response.Header("RateLimit"));
        Assert.StartsWith($"\"default\";q={limit};w=", response.Header("RateLimit-Policy"), StringComparison.Ordinal);
    }
}
