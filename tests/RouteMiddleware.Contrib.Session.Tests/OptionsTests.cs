using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

public sealed class OptionsTests
{
    private const string Good = "thirty-two bytes of secret: 8f2c";

    [Fact]
    public void Options_WithManyFaults_TellThemAllAtOnce()
    {
        var error = Assert.Throws<OptionsValidationException>(() => SessionOptionsRules.Check(new()
        {
            Secret = "too short",
            SecretFallbacks = ["short too"],
            Engine = (SessionEngineKind)7,
            CookieName = "a b",
            CookiePath = "app",
            CookieDomain = "exa mple",
            CookieSecure = (SessionCookieSecure)7,
            CookieSameSite = (SameSiteMode)7,
            CookieMaxAge = 0,
            IdleTimeout = TimeSpan.FromMilliseconds(999),
            AbsoluteTimeout = TimeSpan.Zero,
            MaxCookieBytes = 511,
            MaxSessions = 99,
            MaxStoredBytes = 1023,
            Durability = -1,
            Concurrency = (SessionConcurrency)7,
            StoreTimeout = TimeSpan.Zero,
            OnStoreFailure = (SessionStoreFailure)7,
        }));

        foreach (var property in typeof(SessionOptions).GetProperties().Select(static property => property.Name).Except([nameof(SessionOptions.CookieHttpOnly), nameof(SessionOptions.Encrypt)]))
        {
            Assert.Contains(error.Failures, failure => failure.StartsWith(property, StringComparison.Ordinal));
        }

        Assert.Contains(error.Failures, static failure => failure.Contains("Signing, Memory, Redis", StringComparison.Ordinal));
        Assert.DoesNotContain(error.Failures, static failure => failure.Contains("too short", StringComparison.Ordinal) || failure.Contains("short too", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("thirty-one bytes of secret: 8f2", "32 bytes")]
    [InlineData(Good, null)]
    [InlineData("base64:RoAzGPmJkBqD7hCuMpgVtkUXt+KU6k0WhCwZhcRuYg==", "32 bytes")]
    [InlineData("base64:T2hWfm9QA2+qBCBu8uWMjeTGpg2WgYPcnA/8d1smLT0=", null)]
    [InlineData("base64:not base64 at all, not base64 at all!", "no base64")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats")]
    [InlineData("abcdeabcdeabcdeabcdeabcdeabcdeabcdeabcde", "repeats")]
    [InlineData("a-string-secret-at-least-256-bits-long", "well-known")]
    [InlineData("ChangeMe ChangeMe ChangeMe ChangeMe", "repeats")]
    [InlineData("Please-change-this-secret-key-in-production", "well-known")]
    public void Secret_ThatProtectsNothing_IsRefusedWithoutBeingShown(string secret, string? rule)
    {
        var error = Record.Exception(() => SessionOptionsRules.Check(new() { Secret = secret }));

        Assert.Equal(rule is null, error is null);
        Assert.True(error is null || (error.Message.Contains(rule!, StringComparison.Ordinal) && !error.Message.Contains(secret, StringComparison.Ordinal)), error?.Message);
    }

    [Theory]
    [InlineData(SessionEngineKind.Signing, "", false)]
    [InlineData(SessionEngineKind.Memory, "", true)]
    [InlineData(SessionEngineKind.Redis, "", true)]
    [InlineData(SessionEngineKind.Redis, "short", false)]
    public void EmptySecret_IsAFaultOnlyWhereOneSeals(SessionEngineKind engine, string secret, bool isGood)
        => Assert.Equal(isGood, Record.Exception(() => SessionOptionsRules.Check(new() { Engine = engine, Secret = secret }, static () => true)) is null);

    [Theory]
    [InlineData("__Host-s", "/", null, SessionCookieSecure.Auto, 0)]
    [InlineData("__Host-s", "/app", "example.com", SessionCookieSecure.Never, 3)]
    [InlineData("__host-s", "/", null, SessionCookieSecure.Never, 1)]
    [InlineData("__Secure-s", "/app", "example.com", SessionCookieSecure.Always, 0)]
    [InlineData("__Secure-s", "/", null, SessionCookieSecure.Never, 1)]
    public void PrefixedNames_NeedWhatBrowsersAskOfThem(string name, string path, string? domain, SessionCookieSecure secure, int faults)
    {
        var error = Record.Exception(() => SessionOptionsRules.Check(new() { CookieName = name, CookiePath = path, CookieDomain = domain, CookieSecure = secure }));

        Assert.Equal(faults, (error as OptionsValidationException)?.Failures.Count() ?? 0);
    }

    [Fact]
    public void Combinations_ThatCanNotWork_AreRefused()
    {
        Assert.Throws<OptionsValidationException>(static () => SessionOptionsRules.Check(new() { SecretFallbacks = [Good] }));
        Assert.Throws<OptionsValidationException>(static () => SessionOptionsRules.Check(new() { CookieSameSite = SameSiteMode.None, CookieSecure = SessionCookieSecure.Never }));
        Assert.Throws<OptionsValidationException>(static () => SessionOptionsRules.Check(new() { IdleTimeout = TimeSpan.FromMinutes(2), AbsoluteTimeout = TimeSpan.FromMinutes(1) }));
        SessionOptionsRules.Check(new() { IdleTimeout = TimeSpan.FromMinutes(1), AbsoluteTimeout = TimeSpan.FromMinutes(1) });
    }

    [Fact]
    public async Task Start_WithEngineThatIsNoneOfOurs_IsRefusedNamingThoseThatAre()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(static () => SessionApp.StartAsync(EnginesAttribute.Memory, settings: new() { ["Engine"] = "sqlite" }));

        Assert.Contains("Signing, Memory, Redis", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithEngineRedisAndNoRedis_IsRefusedWithAdvice()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(static () => SessionApp.StartAsync(EnginesAttribute.Memory, settings: new() { ["Engine"] = "redis" }));

        Assert.Contains("RouteMiddleware:Redis:Configuration", error.Message, StringComparison.Ordinal);
        Assert.Contains("IConnectionMultiplexer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SessionEngineKind.Memory, 1, false)]
    [InlineData(SessionEngineKind.Signing, 1, false)]
    [InlineData(SessionEngineKind.Redis, 1, true)]
    [InlineData(SessionEngineKind.Redis, 10, true)]
    [InlineData(SessionEngineKind.Redis, 11, false)]
    [InlineData(SessionEngineKind.Memory, 0, true)]
    public void Durability_NeedsReplicas(SessionEngineKind engine, int replicas, bool isGood)
        => Assert.Equal(isGood, Record.Exception(() => SessionOptionsRules.Check(new() { Engine = engine, Durability = replicas }, static () => true)) is null);

    [Fact]
    public async Task Start_WithAHandlerThatTakesASessionNobodyBrings_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(static () => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddSession(),
            static app => app.MapGet("/", static (RouteSession session) => session.Count)));

        Assert.Contains("session", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session", "session")]
    [InlineData("session_auth", "session")]
    public async Task Start_WithTwoSessions_OrWithLoginBeforeSession_IsRefused(string first, string second)
        => await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddSession(),
            app => app.MapGet("/", static () => "ok").WithMiddleware(first, second)));

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Development", false)]
    public async Task MissingSecret_IsWarnedOfOnce_InProductionOnly(string environment, bool warned)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Protected, static group => group.MapGroup("").WithoutMiddleware("session").WithSession(static o => o.CookieName = "other").MapGet("/x", static () => "x"), environment: environment);

        Assert.Equal(warned ? 1 : 0, app.Logs.Records.Count(static record => record is { Level: LogLevel.Warning, EventId.Name: "SecretMissing" }));
    }

    [Fact]
    public async Task Defaults_OfAddSession_LoseAgainstTheDoor()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddSession(static o => (o.Engine, o.CookieName, o.CookiePath) = (SessionEngineKind.Memory, "from-defaults", "/defaults")),
            static app => app.MapGet("/", static (RouteSession session) => session.Set("a", 1)).WithSession(static o => o.CookieName = "from-door"));

        using var response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        var line = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("from-door=", line, StringComparison.Ordinal);
        Assert.Contains("path=/defaults", line, StringComparison.Ordinal);
    }
}
