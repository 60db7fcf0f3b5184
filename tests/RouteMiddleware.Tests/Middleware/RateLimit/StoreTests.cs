using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>Limits whose permits somebody else counts.</summary>
public sealed class StoreTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeStore _store = new();

    [Fact]
    public async Task Store_ThatIsRegistered_DecidesAndIsTold()
    {
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:5/1m"));

        using var answer = await app.SendAsync("/", "192.0.2.1");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("4", answer.Header("X-RateLimit-Remaining"));
        Assert.Equal("9", answer.Header("X-RateLimit-Reset"));
        var (partition, policies) = Assert.Single(_store.Questions);
        var policy = Assert.Single(policies);
        Assert.Equal("1c0000201", partition);
        Assert.Equal((RateLimitAlgorithm.Sliding, 5, TimeSpan.FromMinutes(1), 1), (policy.Algorithm, policy.PermitLimit, policy.Window, policy.Cost));
        Assert.Matches("^[0-9a-f]{16}$", policy.Id);
    }

    [Fact]
    public async Task R12_Refusal_IsRememberedUntilItsEnd_AndNoLonger()
    {
        _store.Answer = static _ => new(IsAdmitted: false, 0, TimeSpan.FromSeconds(9.5), Permit: 0);
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:5/1m"));

        using var refused = await app.SendAsync("/");
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);

        _clock.Advance(TimeSpan.FromSeconds(4));
        using var again = await app.SendAsync("/");
        Assert.Equal(TimeSpan.FromSeconds(6), again.Headers.RetryAfter?.Delta);
        Assert.Equal("0", again.Header("X-RateLimit-Remaining"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/", "192.0.2.77"));
        Assert.Equal(2, _store.Questions.Count);

        _clock.Advance(TimeSpan.FromSeconds(5.5));
        _store.Answer = static _ => new(IsAdmitted: true, 1, TimeSpan.FromSeconds(1), Permit: 0);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(4, _store.Questions.Count);
    }

    [Theory]
    [InlineData("Local", false, HttpStatusCode.OK, HttpStatusCode.TooManyRequests)]
    [InlineData("Local", true, HttpStatusCode.OK, HttpStatusCode.TooManyRequests)]
    [InlineData("Open", false, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("Open", true, HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("Closed", false, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable)]
    [InlineData("Closed", true, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable)]
    public async Task R11_Store_ThatIsAway_LeavesThePolicy(string onFailure, bool isKnown, HttpStatusCode first, HttpStatusCode second)
    {
        (_store.Fails, _store.IsAvailable) = (true, !isKnown);
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:1/1m"), ("OnStoreFailure", onFailure));

        Assert.Equal(first, await app.StatusAsync("/"));
        using var answer = await app.SendAsync("/");
        Assert.Equal(second, answer.StatusCode);
        Assert.Equal(isKnown ? 0 : 2, _store.Questions.Count);
        Assert.Equal(onFailure == "Local", answer.Header("RateLimit") is not null);

        if (second == HttpStatusCode.ServiceUnavailable)
        {
            Assert.Contains("\"code\":\"rate_limit_unavailable\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        }

        // It decides again from the next request on.
        (_store.Fails, _store.IsAvailable) = (false, true);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task R11_Outage_IsToldOfOnce_AndSoIsItsEnd()
    {
        _store.Fails = true;
        await using var app = await StartAsync(static app =>
        {
            app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:1/1m");
            app.MapGet("/b", static () => "ok").WithMiddleware("rate_limit:1/1m");
        });

        for (var i = 0; i < 5; i++)
        {
            await app.StatusAsync("/");
            await app.StatusAsync("/b");
        }

        var away = Assert.Single(app.Logs.Records, static record => record.EventId.Name == "Away");
        Assert.Equal(LogLevel.Error, away.Level);
        Assert.Contains("'fake'", away.Message, StringComparison.Ordinal);

        _store.Fails = false;
        await app.StatusAsync("/");
        Assert.DoesNotContain(app.Logs.Records, static record => record.EventId.Name == "Back");
        _clock.Advance(TimeSpan.FromSeconds(5));
        await app.StatusAsync("/");
        await app.StatusAsync("/");
        Assert.Equal(LogLevel.Warning, Assert.Single(app.Logs.Records, static record => record.EventId.Name == "Back").Level);
    }

    [Theory]
    [InlineData(200, 1)]
    [InlineData(399, 1)]
    [InlineData(400, 0)]
    [InlineData(500, 0)]
    public async Task Failures_GiveBackToTheStore(int status, int returned)
    {
        await using var app = await StartAsync(
            app => app.MapGet("/", () => Results.StatusCode(status)).WithMiddleware("rate_limit:5/1m"),
            ("Count", "failures"));

        using var answer = await app.SendAsync("/");

        Assert.Equal(returned, _store.Returned.Count);
        Assert.Equal(returned == 1 ? "5" : "4", answer.Header("X-RateLimit-Remaining"));
        Assert.All(_store.Returned, static item => Assert.Equal(7, item.Answer.Permit));
    }

    [Fact]
    public async Task R15_Concurrency_GivesBackToTheStore_AlsoWhereItFails()
    {
        await using var app = await StartAsync(
            app => app.MapGet("/", string () =>
            {
                _store.Fails = true;
                throw new InvalidOperationException("broken");
            }).WithMiddleware("rate_limit:5/1m"),
            ("Algorithm", "concurrency"));

        Assert.Equal(HttpStatusCode.InternalServerError, await app.StatusAsync("/"));
        Assert.Single(_store.Returned);
    }

    [Fact]
    public async Task Neighbours_AskAtOnce_UpToOneThatIsKnownToRefuse()
    {
        _store.Answer = static policy => new(policy.PermitLimit != 2, 0, TimeSpan.FromSeconds(9), Permit: 0);
        await using var app = await StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:3/1m", "rate_limit:2/1m", "rate_limit:1/1m"));

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));

        Assert.Equal("3,2,1 3", string.Join(' ', _store.Questions.Select(static question => string.Join(',', question.Policies.Select(static policy => policy.PermitLimit)))));
    }

    [Fact]
    public async Task Fault_OfTheStore_StopsTheStart()
    {
        _store.Fault = "its cable is out. Put it in.";

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit")));

        Assert.Contains(error.Faults, static fault => fault.What.Contains("Store ('FAKE') can't be used: its cable is out. Put it in.", StringComparison.Ordinal));
    }

    private Task<TestApp> StartAsync(Action<WebApplication> app, params (string Key, string Value)[] settings)
        => Limits.StartAsync(
            _clock,
            app,
            [new("RouteMiddleware:RateLimit:Store", "FAKE"), .. settings.Select(static setting => new KeyValuePair<string, string?>($"RouteMiddleware:RateLimit:{setting.Key}", setting.Value))],
            services => services.AddSingleton<IRateLimitStore>(_store));
}
