using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S10 and S11: a store that waits, fails or never answers.</summary>
public sealed class FailingStoreTests
{
    private readonly FailingEngine _engine = new();

    [Theory]
    [MemberData(nameof(SavingTests.Ways), MemberType = typeof(SavingTests))]
    public async Task S10_SaveThatFails_Is503WithoutCookieAndWithoutTheHandlersBody(string way)
    {
        await using var app = await StartAsync();
        var browser = new Browser(app);
        _engine.SaveFails = true;

        using var response = await browser.PostAsync($"/way/{way}");
        var body = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("{", body, StringComparison.Ordinal);
        Assert.Contains("session_unavailable", body, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.Null(response.Headers.Location);
        Assert.Empty(browser.SetCookies);
        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "StoreFailed");
    }

    [Fact]
    public async Task S10_SaveThatNeverEnds_Is503AfterTheStoresTime()
    {
        var clock = new ManualClock();
        await using var app = await StartAsync(clock);
        _engine.SaveHangs = true;

        var pending = new Browser(app).PostAsync("/set/a/1");
        await _engine.Hanging.Task;

        while (!pending.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        using var response = await pending;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task S11_LoadThatFails_Is503AndTheHandlerDoesNotRun()
    {
        var runs = 0;
        await using var app = await StartAsync(map: group => group.MapGet("/run", (RouteSession session) => runs += session.Count + 1));
        _engine.LoadFails = true;

        using var response = await new Browser(app, "sessionid=x").GetAsync("/run");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(0, runs);

        // Whoever brings no cookie asks the store for nothing.
        using var stranger = await new Browser(app).GetAsync("/run");
        Assert.Equal(HttpStatusCode.OK, stranger.StatusCode);
    }

    [Fact]
    public async Task S11_Degraded_RunsTheHandlerWithoutASession_AndSetsNoCookie()
    {
        Exception? thrown = null;
        await using var app = await StartAsync(settings: new() { ["OnStoreFailure"] = "degrade" }, map: group => group.MapGet("/run", (RouteSession session) =>
        {
            thrown = Record.Exception(() => session.Set("a", 1));
            return $"{session.IsAvailable} {session.Count}";
        }));
        _engine.LoadFails = true;
        var browser = new Browser(app, "sessionid=x");

        Assert.Equal("False 0", await browser.ReadAsync("/run"));
        Assert.IsType<InvalidOperationException>(thrown);
        Assert.Empty(browser.SetCookies);

        using var profile = await browser.GetAsync("/profile");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, profile.StatusCode);
    }

    [Fact]
    public async Task S11_LoadThatFails_CanBeCaught()
    {
        await using var app = await StartAsync(map: group => group.MapGet("/careful", (RequestDelegate)(async context =>
        {
            await Assert.ThrowsAsync<SessionUnavailableException>(() => context.GetRouteSession().LoadAsync().AsTask());
            await context.Response.WriteAsync("without");
        })));
        _engine.LoadFails = true;

        Assert.Equal("without", await new Browser(app, "sessionid=x").ReadAsync("/careful"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S10_StoreThatThrowsAtOnceOrLater_IsOneAndTheSame(bool atOnce)
    {
        await using var app = await StartAsync();
        (_engine.ThrowsAtOnce, _engine.SaveFails) = (atOnce, true);

        using var response = await new Browser(app).PostAsync("/set/a/1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task S14_UntouchedSession_CallsNoStore()
    {
        await using var app = await StartAsync();
        _engine.LoadFails = _engine.SaveFails = true;

        using var response = await new Browser(app, "sessionid=x").GetAsync("/untouched");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, _engine.Calls);
    }

    [Fact]
    public async Task S10_UpdateThatFails_Is503_AndAFaultOfTheChangeIsTheHandlersOwn()
    {
        await using var app = await StartAsync(map: group => group.MapPost("/fault", (RouteSession session)
            => session.UpdateAsync<int>("a", static _ => throw new InvalidDataException("mine"))));
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");

        using var fault = await browser.PostAsync("/fault");
        Assert.Equal(HttpStatusCode.InternalServerError, fault.StatusCode);
        Assert.DoesNotContain(app.Logs.Records, static record => record.EventId.Name == "StoreFailed");
        _engine.UpdateFails = true;
        using var failed = await browser.PostAsync("/add/n");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
    }

    private Task<TestApp> StartAsync(ManualClock? clock = null, Dictionary<string, string?>? settings = null, Action<Microsoft.AspNetCore.Routing.RouteGroupBuilder>? map = null)
        => SessionApp.StartAsync(
            EnginesAttribute.Memory,
            group =>
            {
                SavingTests.MapWays(group);
                map?.Invoke(group);
            },
            clock,
            settings,
            builder => builder.Services.AddSingleton<ISessionEngineSource>(_engine));
}
