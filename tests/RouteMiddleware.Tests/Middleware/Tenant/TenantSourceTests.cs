using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Middleware.Tenant;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Tenant;

public sealed class TenantSourceTests
{
    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new TenantOptions();

        Assert.Equal(["claim:tenant_id", "header:X-Tenant-ID", "host", "route:tenant", "query:tenant_id"], options.Sources);
        Assert.Equal((true, false, "^[A-Za-z0-9_-]{1,64}$"), (options.Required, options.RequireClaim, options.Pattern));
        Assert.Null(options.Known);
    }

    [Theory]
    [InlineData("/", "127.0.0.1", "tenant_id=acme", "", "acme")]
    [InlineData("/", "127.0.0.1", null, "acme", "acme")]
    [InlineData("/", "acme.shop.example.com", null, "", "acme")]
    [InlineData("/t/acme", "127.0.0.1", null, "", "acme")]
    [InlineData("/?tenant_id=acme", "127.0.0.1", null, "", "acme")]
    [InlineData("/?TENANT_ID=acme", "127.0.0.1", null, "", "acme")]
    [InlineData("/", "127.0.0.1", null, "", "400 tenant_missing")]
    [InlineData("/?tenant_id=", "127.0.0.1", null, "", "400 tenant_missing")]
    [InlineData("/", "127.0.0.1", "sub=1", "", "400 tenant_missing")]
    [InlineData("/", "127.0.0.1", "tenant_id=", "", "400 tenant_missing")]
    [InlineData("/", "127.0.0.1", "!tenant_id=acme", "", "400 tenant_missing")]
    public async Task Sources_OfTheDefault_NameATenantEach(string path, string host, string? claims, string header, string expected)
    {
        await using var app = await TenantApp.StartAsync();

        Assert.Equal(expected, await app.AskAsync(path, host, claims, ("X-Tenant-ID", header)));
    }

    // All five name one; those in front of the named position are left out.
    [Theory]
    [InlineData("header:X-Tenant-ID, host, route:tenant, query:tenant_id", "header")]
    [InlineData("host, header:X-Tenant-ID, route:tenant, query:tenant_id", "host")]
    [InlineData("route:tenant, query:tenant_id, host", "route")]
    [InlineData("query:tenant_id, route:tenant", "query")]
    [InlineData(" Query : tenant_id ", "query")]
    [InlineData("HEADER:x-tenant-id", "header")]
    public async Task T1_Order_OfTheSourcesDecides(string sources, string expected)
    {
        await using var app = await TenantApp.StartAsync(o => o.Sources = sources.Split(", "));

        Assert.Equal(expected, await app.AskAsync("/t/route?tenant_id=query", "host.shop.example.com", null, ("X-Tenant-ID", "header")));
    }

    [Theory]
    [InlineData("host", "acme.example.com", "acme")]
    [InlineData("host", "ACME.Example.COM", "acme")]
    [InlineData("host", "acme.example.com:8080", "acme")]
    [InlineData("host", "acme.example.com.", "acme")]
    [InlineData("host", "acme.eu.example.com", "acme")]
    [InlineData("host", "acme.localhost", "acme")]
    [InlineData("host", "acme.test:5000", "acme")]
    [InlineData("host", "xn--mnchen-3ya.example.com", "xn--mnchen-3ya")]
    [InlineData("host", ".example.com", "400 tenant_missing")]
    [InlineData("host", "", "400 tenant_missing")]
    [InlineData("host", "example.com", "400 tenant_missing")]
    [InlineData("host", "www.example.com", "400 tenant_missing")]
    [InlineData("host", "localhost", "400 tenant_missing")]
    [InlineData("host", "127.0.0.1", "400 tenant_missing")]
    [InlineData("host", "[::1]:80", "400 tenant_missing")]
    [InlineData("host", "[::ffff:127.0.0.1]", "400 tenant_missing")]
    [InlineData("host:example.com", "acme.example.com", "acme")]
    [InlineData("host:Example.com", "Acme.EXAMPLE.com.:80", "acme")]
    [InlineData("host:example.com", "www.example.com", "www")]
    [InlineData("host:example.com", "example.com", "400 tenant_missing")]
    [InlineData("host:example.com", "acme.eu.example.com", "400 tenant_missing")]
    [InlineData("host:example.com", "acme.evilexample.com", "400 tenant_missing")]
    [InlineData("host:example.com", "acme.example.com.evil.com", "400 tenant_missing")]
    public async Task H4_HostName_NamesATenantByItsFirstLabel(string source, string host, string expected)
    {
        await using var app = await TenantApp.StartAsync(o => o.Sources = [source]);

        var answer = await app.SendRawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.Contains(expected.StartsWith('4') ? $"\"{expected[4..]}\"" : $"\r\n{expected}\r\n0\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "X-Tenant-ID: acme\r\nX-Tenant-ID: acme\r\n")]
    [InlineData("/", "X-Tenant-ID: acme\r\nx-tenant-id: other\r\n")]
    [InlineData("/?tenant_id=acme&tenant_id=acme", "")]
    [InlineData("/?tenant_id=acme&Tenant_Id=other", "")]
    [InlineData("/?tenant_id=acme&tenant%5Fid=other", "")]
    [InlineData("/", "Test-Claims: tenant_id=acme;tenant_id=other\r\n")]
    public async Task Source_WithSeveralValues_IsRefused(string path, string headers)
    {
        await using var app = await TenantApp.StartAsync();

        var answer = await app.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Connection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"tenant_ambiguous\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claim_NamedTwiceAlike_IsOne()
    {
        await using var app = await TenantApp.StartAsync();

        Assert.Equal("acme", await app.AskAsync(claims: "tenant_id=acme;tenant_id=acme"));
    }

    [Theory]
    [InlineData("", "must be claim:<type>, header:<name>, host, host:<domain>, route:<parameter> or query:<key>.")]
    [InlineData("header", "must be claim:<type>, header:<name>, host, host:<domain>, route:<parameter> or query:<key>.")]
    [InlineData("cookie:tenant", "must be claim:<type>, header:<name>, host, host:<domain>, route:<parameter> or query:<key>.")]
    [InlineData("query:", "must be claim:<type>, header:<name>, host, host:<domain>, route:<parameter> or query:<key>.")]
    [InlineData("header:a b", "must name a header behind 'header:', by letters, digits and '-'.")]
    [InlineData("host:", "must name a domain such as example.com behind 'host:', or be 'host' alone.")]
    [InlineData("host:.example.com", "must name a domain such as example.com behind 'host:', or be 'host' alone.")]
    [InlineData("host:example.com:80", "must name a domain such as example.com behind 'host:', or be 'host' alone.")]
    public async Task Start_WithASourceThatCantBeRead_IsRefused(string source, string rule)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TenantApp.StartAsync(o => o.Sources = [source]));

        Assert.Contains($"Sources ('{source}') {rule}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TenantApp.StartAsync(static o =>
            (o.Sources, o.Pattern, o.Known) = (["host", "HOST", "x"], "^[a-z]+$", ["acme", "Acme", "a b"])));
        var empty = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TenantApp.StartAsync(static o => (o.Sources, o.Pattern, o.Known) = ([], "", [])));

        Assert.Contains("Sources must not name 'HOST' twice.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Sources ('x') must be", error.Message, StringComparison.Ordinal);
        Assert.Contains("Known ('Acme') must match Pattern ('^[a-z]+$').", error.Message, StringComparison.Ordinal);
        Assert.Contains("Known ('a b') must match", error.Message, StringComparison.Ordinal);
        Assert.Contains("Sources must name at least one source.", empty.Message, StringComparison.Ordinal);
        Assert.Contains("Pattern must be a regular expression, but is empty.", empty.Message, StringComparison.Ordinal);
        Assert.Contains("Known must name a tenant; leave it out to take any name.", empty.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("("), InlineData("a)|(?:.*"), InlineData("(?=a)a"), InlineData("(?<x>a)\\k<x>"), InlineData("[z-a]")]
    public async Task Start_WithAPatternThatIsNone_IsRefused(string pattern)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TenantApp.StartAsync(o => o.Pattern = pattern));

        Assert.Contains($"Pattern ('{pattern}') must be a regular expression without look-around and back references", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfTheSection_AreRead()
    {
        await using var app = await TestApp.StartAsync(
            static builder => Microsoft.Extensions.DependencyInjection.RouteMiddlewareServiceCollectionExtensions.AddRouteMiddleware(builder.Services),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static (TenantId tenant) => tenant.ToString());
            },
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["RouteMiddleware:Middleware:0"] = "tenant",
                ["RouteMiddleware:Tenant:Sources:0"] = "query:t",
                ["RouteMiddleware:Tenant:Known:0"] = "acme",
                ["RouteMiddleware:Tenant:Pattern"] = "[a-z]+",
            });

        Assert.Equal("acme", await app.AskAsync("/?t=acme"));
        Assert.Equal("404 tenant_unknown", await app.AskAsync("/?t=other"));
        Assert.Equal("400 tenant_missing", await app.AskAsync("/nowhere", headers: ("X-Tenant-ID", "acme")));
    }
}
