using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitGroupTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("Sliding")]
    [InlineData("Fixed")]
    [InlineData("token_bucket")]
    public async Task R4_SixtyConcurrentRequests_OverTwoRoutesOfAGroup_AdmitExactlyTheLimit(string algorithm)
    {
        await using var app = await Limits.StartAsync(
            _clock,
            app =>
            {
                var group = app.MapGroup("/api").WithMiddleware("rate_limit:20/1m");
                group.MapGet("/a", () => "a");
                group.MapGet("/b/{id}", (string id) => id);
            },
            new Dictionary<string, string?> { ["RouteMiddleware:RateLimit:Algorithm"] = algorithm });

        var statuses = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => app.StatusAsync(i % 2 == 0 ? "/api/a" : $"/api/b/{i}")));

        Assert.Equal(20, statuses.Count(static status => status == HttpStatusCode.OK));
        Assert.Equal(40, statuses.Count(static status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task R19_LimitOfAGroup_IsOneAndLimitsOfRoutesAreTheirOwn()
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            var group = app.MapGroup("/group").WithMiddleware("rate_limit:1/1m");
            group.MapGet("/a", () => "a");
            group.MapGet("/b", () => "b");
            app.MapGet("/c", () => "c").WithMiddleware("rate_limit:1/1m");
            app.MapGet("/d", () => "d").WithMiddleware("rate_limit:1/1m");
        });

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/group/a"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/group/b"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/c"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/d"));
    }

    [Fact]
    public async Task R19_LimitOfAGroup_ByRoute_CountsRoutesApartAndPathValuesTogether()
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            var group = app.MapGroup("/group").WithRateLimit(o => (o.PermitLimit, o.PartitionBy) = (1, "ip+route"));
            group.MapGet("/a/{id}", (string id) => id);
            group.MapGet("/b", () => "b");
        });

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/group/a/1"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/group/a/2"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/group/b"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/group/b", address: "192.0.2.7"));
    }

    [Fact]
    public async Task R1_Limit_OverSpoofedAddresses_CountsThePeer()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithMiddleware("rate_limit:1/1m"));

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.StartsWith(
            "HTTP/1.1 429 ",
            await app.SendRawAsync("GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.1\r\nX-Real-IP: 198.51.100.1\r\nForwarded: for=198.51.100.1\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/", address: "198.51.100.1"));
    }

    [Fact]
    public async Task T5_Limit_ByTenant_LetsNoTenantTakeAnothersPermits()
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            // As the middleware that checks tenants does.
            app.Use((context, next) =>
            {
                if (context.Request.Query["checked"] is [{ } tenant])
                {
                    context.Features.Set<ITenantFeature>(new Tenant(tenant));
                }

                return next(context);
            });
            app.MapGet("/", () => "ok").WithRateLimit(o => (o.PermitLimit, o.PartitionBy) = (1, "tenant"));
        });

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/?checked=noisy"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/?checked=noisy", address: "192.0.2.7"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/?checked=quiet"));

        // R16: who has no tenant is an address, whatever it says of itself.
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/?tenant=a"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/?tenant=b"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/?tenant=b", address: "192.0.2.7"));
    }

    [Fact]
    public async Task Exclusion_OfARoute_LeavesItUnlimited()
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            var group = app.MapGroup("").WithMiddleware("rate_limit:1/1m");
            group.MapGet("/a", () => "a");
            group.MapGet("/status", () => "ok").WithoutMiddleware("rate_limit");
        });

        await app.StatusAsync("/a");
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/a"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/status"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/status"));
    }

    [Fact]
    public async Task Cost_OfARoute_TakesThatManyPermits()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", () => "ok").WithRateLimit(o => (o.PermitLimit, o.Cost) = (7, 3)));

        using var first = await app.SendAsync("/");
        Assert.Equal("4", first.Header("X-RateLimit-Remaining"));
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task Startup_WithFaultyLimits_NamesAllOfThem()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => Limits.StartAsync(
            _clock,
            app =>
            {
                app.MapGet("/a", () => "a").WithRateLimit(o => (o.PermitLimit, o.MaxPartitions) = (0, 0));
                app.MapGet("/b", () => "b").WithMiddleware("rate_limit:soon");
                app.MapGet("/c", () => "c").WithRateLimit(o => o.PartitionBy = "planet");
            },
            new Dictionary<string, string?> { ["RouteMiddleware:RateLimit:Algorithm"] = "leaky" }));

        foreach (var expected in new[] { "PermitLimit (0)", "MaxPartitions (0)", "'soon' is no limit", "PartitionBy ('planet')", "Sliding, Fixed, TokenBucket, Concurrency" })
        {
            Assert.Contains(error.Faults, fault => fault.What.Contains(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Door_WithCodeAndSettings_TakesBoth()
    {
        await using var app = await Limits.StartAsync(
            _clock,
            app => app.MapGet("/", () => "ok").WithRateLimit(o => o.PermitLimit = 2),
            new Dictionary<string, string?> { ["RouteMiddleware:RateLimit:Window"] = "10s", ["RouteMiddleware:RateLimit:PermitLimit"] = "50" });

        using var response = await app.SendAsync("/");

        Assert.Equal("\"default\";q=2;w=10", response.Header("RateLimit-Policy"));
    }

    private sealed class Tenant(string id) : ITenantFeature
    {
        public string TenantId => id;
    }
}
