
namespace RouteMiddleware.Tests.Middleware.Cors;

public sealed class OriginTests
{
    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com", true)]
    [InlineData("https://app.example.com", "HTTPS://App.Example.COM", true)]
    [InlineData("HTTPS://App.Example.COM", "https://app.example.com", true)]
    [InlineData("https://app.example.com", "http://app.example.com", false)]
    [InlineData("https://app.example.com", "https://app.example.com:8443", false)]
    [InlineData("https://app.example.com", "https://app.example.com.evil.com", false)]
    [InlineData("https://app.example.com", "https://evil-app.example.com", false)]
    [InlineData("https://app.example.com", "https://app.example.co", false)]
    [InlineData("https://app.example.com", "https://app.example.com/", false)]
    [InlineData("https://app.example.com", "https://app.example.com/path", false)]
    [InlineData("https://app.example.com", "https://app.example.com.", false)]
    [InlineData("https://app.example.com", "https://user@app.example.com", false)]
    [InlineData("https://app.example.com", "app.example.com", false)]
    [InlineData("https://app.example.com", "https://evil.com https://app.example.com", false)]
    [InlineData("https://app.example.com", "https://app.example.com, https://app.example.com", false)]
    [InlineData("https://app.example.com", "null", false)]
    [InlineData("https://app.example.com", "", false)]
    [InlineData("https://app.example.com", "*", false)]
    [InlineData("https://app.example.com:443", "https://app.example.com", true)]
    [InlineData("http://app.example.com:80", "http://app.example.com", true)]
    [InlineData("https://app.example.com:80", "https://app.example.com", false)]
    [InlineData("http://localhost:3000", "http://localhost:3000", true)]
    [InlineData("http://localhost:3000", "http://localhost:30000", false)]
    [InlineData("http://localhost:3000", "http://localhost", false)]
    [InlineData("http://[0:0::1]:3000", "http://[::1]:3000", true)]
    [InlineData("https://b\u00fccher.example", "https://xn--bcher-kva.example", true)]
    [InlineData("capacitor://localhost", "capacitor://localhost", true)]
    [InlineData("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop", true)]
    public async Task C1_ListedOrigin_MatchesExactly(string entry, string origin, bool isAllowed) => await AssertAsync(entry, origin, isAllowed);

    [Theory]
    [InlineData("https://*.example.com", "https://app.example.com", true)]
    [InlineData("https://*.example.com", "https://APP.Example.com", true)]
    [InlineData("https://*.EXAMPLE.com", "https://app.example.com", true)]
    [InlineData("https://*.example.com", "https://a_b-1.example.com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", false)]
    [InlineData("https://*.example.com", "https://a.b.example.com", false)]
    [InlineData("https://*.example.com", "https://evilexample.com", false)]
    [InlineData("https://*.example.com", "https://app.example.com.evil.com", false)]
    [InlineData("https://*.example.com", "http://app.example.com", false)]
    [InlineData("https://*.example.com", "https://app.example.com:8443", false)]
    [InlineData("https://*.example.com", "https://evil.com:1.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.com/.example.com", false)]
    [InlineData("https://*.example.com", "https://evil/.example.com", false)]
    [InlineData("https://*.example.com", "https://evil@.example.com", false)]
    [InlineData("https://*.example.com", "https://evil#.example.com", false)]
    [InlineData("https://*.example.com", "https://e vil.example.com", false)]
    [InlineData("https://*.example.com", "https://\u00c3\u00a6.example.com", false)]
    [InlineData("https://*.example.com", "https://*.example.com", false)]
    [InlineData("https://*.example.com", "null", false)]
    [InlineData("https://*.example.com:8443", "https://app.example.com:8443", true)]
    [InlineData("https://*.example.com:8443", "https://app.example.com", false)]
    [InlineData("https://*.example.com:443", "https://app.example.com", true)]
    [InlineData("https://api.*.example.com", "https://api.eu.example.com", true)]
    [InlineData("https://api.*.example.com", "https://api.example.com", false)]
    public async Task C1_StarOfAnEntry_IsExactlyOneLabel(string entry, string origin, bool isAllowed) => await AssertAsync(entry, origin, isAllowed);

    [Theory]
    [InlineData("null", "null", true)]
    [InlineData("null", "https://app.example.com", false)]
    public async Task C2_NullOrigin_IsAllowedWhereListed(string entry, string origin, bool isAllowed) => await AssertAsync(entry, origin, isAllowed);

    [Fact]
    public async Task C2_NullOrigin_IsNotAllowedByARegex()
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOriginRegex = ".*");

        Assert.Null((await app.SendAsync("GET", "/", "null")).AllowOrigin);
    }

    [Fact]
    public async Task AnyOrigin_IsTheSameAnswerForEverybody()
    {
        await using var app = await CorsApp.StartAsync(static o => (o.AllowOrigins, o.ExposeHeaders) = (["*"], ["X-Total", "X-Page", "x-total"]));

        foreach (var origin in (string?[])["https://app.example.com", "null", "garbage", null])
        {
            var reply = await app.SendAsync("GET", "/", origin);

            Assert.Equal("*", reply.AllowOrigin);
            Assert.Equal("X-Total, X-Page", reply["Access-Control-Expose-Headers"]);
            Assert.Equal(["Access-Control-Allow-Origin", "Access-Control-Expose-Headers"], reply.Names.Order(StringComparer.Ordinal));
            Assert.Null(reply.Vary);
        }
    }

    // A browser compares with what it sent, which is always in lower case; whatever was sent, nothing else goes out.
    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData("HTTPS://APP.example.com")]
    [InlineData("https://one.EXAMPLE.org")]
    [InlineData("https://Two.example.net")]
    public async Task C12_AllowedOrigin_IsToldAsBrowsersWriteIt(string origin)
    {
        await using var app = await CorsApp.StartAsync(static o => (o.AllowOrigins, o.AllowOriginRegex, o.AllowCredentials) = (["https://App.example.com", "https://*.example.org"], @"https://\w+\.example\.net", true));

        var reply = await app.SendAsync("GET", "/", origin);

        Assert.Equal(origin.ToLowerInvariant(), reply.AllowOrigin);
        Assert.Equal("true", reply["Access-Control-Allow-Credentials"]);
    }

    [Fact]
    public async Task C1_TwoOriginHeaders_AreNotAllowed()
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOrigins = [CorsApp.Origin]);

        var reply = await app.SendAsync("GET", "/", CorsApp.Origin, $"Origin: {CorsApp.Origin}");

        Assert.Empty(reply.Names);
    }

    private static async Task AssertAsync(string entry, string origin, bool isAllowed)
    {
        await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.ExposeHeaders) = (["https://other.example.org", entry], ["X-Total"]));

        var reply = await app.SendAsync("GET", "/", origin);
        var preflight = await app.AskAsync("/", origin);

        Assert.Equal(200, reply.Status);
        Assert.Equal(isAllowed ? origin.ToLowerInvariant() : null, reply.AllowOrigin);
        Assert.Equal(isAllowed ? "X-Total" : null, reply["Access-Control-Expose-Headers"]);
        Assert.Equal("Origin", reply.Vary);
        Assert.Equal(204, preflight.Status);
        Assert.Equal(reply.AllowOrigin, preflight.AllowOrigin);
        Assert.Equal("Origin", preflight.Vary);
    }
}
