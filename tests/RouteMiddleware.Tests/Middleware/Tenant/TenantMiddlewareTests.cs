using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Tenant;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Tenant;

public sealed class TenantMiddlewareTests
{
    [Theory]
    [InlineData("acme", "", "/", "127.0.0.1", "acme")]
    [InlineData("acme", "acme", "/t/acme?tenant_id=acme", "acme.example.com", "acme")]
    [InlineData("acme", "other", "/", "127.0.0.1", "403 tenant_mismatch")]
    [InlineData("acme", "Acme", "/", "127.0.0.1", "403 tenant_mismatch")]
    [InlineData("acme", "no tenant", "/", "127.0.0.1", "403 tenant_mismatch")]
    [InlineData("acme", "acme", "/", "other.example.com", "403 tenant_mismatch")]
    [InlineData("acme", "acme", "/t/other", "127.0.0.1", "403 tenant_mismatch")]
    [InlineData("acme", "acme", "/?tenant_id=other", "127.0.0.1", "403 tenant_mismatch")]
    public async Task T1_ClaimOfTheUser_MustBeWhatEveryOtherSourceNames(string claim, string header, string path, string host, string expected)
    {
        await using var app = await TenantApp.StartAsync();

        Assert.Equal(expected, await app.AskAsync(path, host, $"tenant_id={claim}", ("X-Tenant-ID", header)));
    }

    [Theory]
    [InlineData("header:X-Tenant-ID", "tenant_id=acme", "acme", "acme")]
    [InlineData("header:X-Tenant-ID", "tenant_id=acme", "other", "403 tenant_mismatch")]
    [InlineData("header:X-Tenant-ID", "!tenant_id=acme", "other", "other")]
    [InlineData("header:X-Tenant-ID", "sub=1", "other", "other")]
    [InlineData("header:X-Tenant-ID", "tenant_id=acme", "", "400 tenant_missing")]
    [InlineData("header:X-Tenant-ID, claim:tid", "tid=acme", "other", "403 tenant_mismatch")]
    [InlineData("header:X-Tenant-ID, claim:tid", "tid=acme", "acme", "acme")]
    [InlineData("header:X-Tenant-ID, claim:tid", "tenant_id=acme", "other", "other")]
    [InlineData("claim:tid, claim:http://schemas.example.com/tenant", "tid=acme;http://schemas.example.com/tenant=acme", "", "acme")]
    [InlineData("claim:tid, claim:http://schemas.example.com/tenant", "tid=acme;http://schemas.example.com/tenant=other", "", "403 tenant_mismatch")]
    public async Task T1_ClaimOfTheUser_CountsWhereverItStandsAmongTheSources(string sources, string claims, string header, string expected)
    {
        await using var app = await TenantApp.StartAsync(o => o.Sources = sources.Split(", "));

        Assert.Equal(expected, await app.AskAsync(claims: claims, headers: ("X-Tenant-ID", header)));
    }

    [Theory]
    [InlineData("tenant_id=acme", "acme", "acme")]
    [InlineData("tenant_id=acme", "", "acme")]
    [InlineData("tenant_id=acme", "other", "403 tenant_mismatch")]
    [InlineData("sub=1", "acme", "403 tenant_mismatch")]
    [InlineData("!tenant_id=acme", "acme", "403 tenant_mismatch")]
    [InlineData(null, "acme", "403 tenant_mismatch")]
    [InlineData(null, "", "400 tenant_missing")]
    public async Task T1_RequireClaim_TakesNobodysWordAlone(string? claims, string header, string expected)
    {
        await using var app = await TenantApp.StartAsync(static o => o.RequireClaim = true);

        Assert.Equal(expected, await app.AskAsync(claims: claims, headers: ("X-Tenant-ID", header)));
    }

    [Fact]
    public async Task T3_UnknownAndMalformed_AreAnsweredAlike()
    {
        await using var app = await TenantApp.StartAsync(static o => o.Known = ["acme", "other"]);
        var answers = new HashSet<string>(StringComparer.Ordinal);

        foreach (var name in (string[])["nobody", "ACME", "a b", "..", "a/b", "acme,other", new string('a', 65), new string('x', 8000)])
        {
            var answer = await app.SendRawAsync($"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Tenant-ID: {name}\r\nConnection: close\r\n\r\n");
            var problem = JsonDocument.Parse(answer.Split("\r\n\r\n", 2)[1]).RootElement;

            Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
            answers.Add(string.Join('|', problem.EnumerateObject().Where(static member => member.Name != "traceId")));
        }

        Assert.Contains("tenant_unknown", Assert.Single(answers), StringComparison.Ordinal);
        Assert.Equal("acme", await app.AskAsync(headers: ("X-Tenant-ID", "acme")));

        // What the caller wrote is in no line.
        Assert.DoesNotContain(app.Logs.Records, static record => record.Category.StartsWith("RouteMiddleware", StringComparison.Ordinal) && record.Message.Contains("nobody", StringComparison.Ordinal));
        Assert.All(
            app.Logs.Records.Where(static record => record.Category.EndsWith("TenantMiddleware", StringComparison.Ordinal)),
            static record => Assert.Equal((LogLevel.Debug, "A request was refused for its tenant (unknown)."), (record.Level, record.Message)));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("A_b-9", true)]
    [InlineData("a.b", false)]
    [InlineData("a:b", false)]
    [InlineData("a{b}", false)]
    [InlineData("a\u0130", false)]
    public async Task T6_NameThatCouldLeaveItsPlaceInAKey_IsNoTenant(string name, bool isTaken)
    {
        await using var app = await TenantApp.StartAsync();

        Assert.Equal(isTaken ? name : "404 tenant_unknown", await app.AskAsync($"/?tenant_id={Uri.EscapeDataString(name)}"));
    }

    [Theory]
    [InlineData("^[A-Za-z0-9_-]{1,64}$", 64, true)]
    [InlineData("^[A-Za-z0-9_-]{1,64}$", 65, false)]
    [InlineData("^[a-z0-9-]{1,63}$", 63, true)]
    [InlineData("^[a-z0-9-]{1,63}$", 64, false)]
    public async Task T6_Pattern_BoundsTheLength(string pattern, int length, bool isTaken)
    {
        await using var app = await TenantApp.StartAsync(o => o.Pattern = pattern);
        var name = new string('a', length);

        Assert.Equal(isTaken ? name : "404 tenant_unknown", await app.AskAsync(headers: ("X-Tenant-ID", name)));
    }

    [Theory]
    [InlineData("a|b", "b", true)]
    [InlineData("a|b", "ab", false)]
    [InlineData("a|b", "bx", false)]
    [InlineData("^acme$", "acme\n", false)]
    [InlineData("acme", "acme\n", false)]
    [InlineData("(?i)acme", "ACME", true)]
    public async Task T6_Pattern_MatchesTheWholeName(string pattern, string name, bool isTaken)
    {
        await using var app = await TenantApp.StartAsync(o => o.Pattern = pattern);

        Assert.Equal(isTaken ? name : "404 tenant_unknown", await app.AskAsync($"/?tenant_id={Uri.EscapeDataString(name)}"));
    }

    [Fact]
    public async Task T6_PatternThatWouldRunAway_TakesNoTime()
    {
        await using var app = await TenantApp.StartAsync(static o => o.Pattern = "(a+)+b");
        var start = Stopwatch.GetTimestamp();

        Assert.Equal("404 tenant_unknown", await app.AskAsync(headers: ("X-Tenant-ID", new string('a', 8_000) + "c")));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Required_WhereItIsNot_LetsNobodysRequestsPassWithoutATenant()
    {
        await using var app = await TenantApp.StartAsync(
            static o => o.Required = false,
            static app =>
            {
                app.MapGet("/optional", static (TenantId? tenant) => tenant?.Value ?? "(nobody)").WithTenant(static o => o.Required = false);
                app.MapGet("/needed", static (TenantId tenant) => tenant.Value).WithTenant(static o => o.Required = false);
            });

        Assert.Equal("(none)", await app.AskAsync());
        Assert.Equal("(nobody)", await app.AskAsync("/optional"));
        Assert.Equal("acme", await app.AskAsync("/optional?tenant_id=acme"));
        Assert.Equal("404 tenant_unknown", await app.AskAsync("/optional?tenant_id=a.b"));
        Assert.Equal("acme", await app.AskAsync("/needed?tenant_id=acme"));
        using var without = await app.Client.GetAsync(new Uri("/needed", UriKind.Relative));
        Assert.Equal(400, (int)without.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handler_ThatTakesATenantWithoutTheMiddleware_IsRefusedAtStart(bool optional)
    {
        Delegate handler = optional ? static (TenantId? tenant) => $"{tenant}" : static (TenantId tenant) => $"{tenant}";

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TenantApp.StartAsync(map: app => app.MapGet("/orders", handler)));

        Assert.Contains("TenantId 'tenant', but 'tenant' is not in its chain", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth")]
    [InlineData("optional_auth")]
    public async Task Chain_WithTheTenantInFrontOfTheAuthentication_IsRefusedAtStart(string auth)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["RouteMiddleware:Auth:Secret"] = "0123456789abcdefghijklmnopqrstuv" };

        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", static () => "").WithMiddleware("tenant", auth),
            settings));
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/", static () => "").WithMiddleware(auth, "tenant"),
            settings);

        Assert.Contains($"'tenant' must run after '{auth}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_WithTheMiddleware_TellsItsAnswers()
    {
        await using var app = await TenantApp.StartAsync();
        var endpoint = app.App.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints[0];

        Assert.Equal([400, 403, 404], endpoint.Metadata.GetOrderedMetadata<ProducesResponseTypeMetadata>().Select(static answer => answer.StatusCode).Where(static status => status >= 400));
        Assert.True(typeof(TenantMiddleware).IsDefined(typeof(SkipsPreflightAttribute), inherit: false));
    }
}
