using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cors;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cors;

public sealed class CorsOptionsTests
{
    [Fact]
    public void Defaults_AreTheDocumentedOnes()
    {
        var options = new CorsOptions();

        Assert.Empty(options.AllowOrigins);
        Assert.Null(options.AllowOriginRegex);
        Assert.Equal(["GET", "HEAD", "POST"], options.AllowMethods);
        Assert.Empty(options.AllowHeaders);
        Assert.False(options.AllowCredentials);
        Assert.Empty(options.ExposeHeaders);
        Assert.Equal(600, options.MaxAge);
        Assert.False(options.AllowPrivateNetwork);
        Assert.False(options.RequireCorsOrSameOrigin);
    }

    [Fact]
    public async Task Cors_WithoutOrigins_AllowsNobody()
    {
        await using var app = await CorsApp.StartAsync();

        Assert.Empty((await app.SendAsync("GET", "/", CorsApp.Origin)).Names);
        Assert.Empty((await app.AskAsync("/", CorsApp.Origin)).Names);
    }

    [Theory]
    [InlineData("app.example.com", "'app.example.com', which has no scheme")]
    [InlineData("https://app.example.com/", "write https://app.example.com.")]
    [InlineData("https://app.example.com/path", "write https://app.example.com.")]
    [InlineData("https://app.example.com?x", "write https://app.example.com.")]
    [InlineData("https://", "is no origin")]
    [InlineData("https://app..example.com", "is no origin")]
    [InlineData("https://app.example.com.", "is no origin")]
    [InlineData("https://app.example.com:0", "is no origin")]
    [InlineData("https://app.example.com:65536", "is no origin")]
    [InlineData("https://app.example.com:*", "is no origin")]
    [InlineData("https://user@app.example.com", "is no origin")]
    [InlineData("https://app-*.example.com", "is no origin")]
    [InlineData("https://*.*.example.com", "is no origin")]
    [InlineData("https://example.*", "is no origin")]
    [InlineData("https://*", "is no origin")]
    [InlineData("*://app.example.com", "is no origin")]
    [InlineData("https://[::1", "is no origin")]
    [InlineData("https://a.com, https://b.com", "is no origin")]
    [InlineData("https://\u00fc\u0001.com", "is no origin")]
    [InlineData("", "has no scheme")]
    public async Task C4_EntryThatIsNoOrigin_IsRefusedAtStart(string entry, string fault)
    {
        var error = await RefusedAsync(o => o.AllowOrigins = [CorsApp.Origin, entry]);

        Assert.Contains($"AllowOrigins has '{entry}', which", error.Message, StringComparison.Ordinal);
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*", true)]
    [InlineData("null", true)]
    [InlineData("https://*.com", true)]
    [InlineData("https://*.com:8443", true)]
    [InlineData("http://*.localhost:3000", false)]
    [InlineData("https://*.example.com", false)]
    public async Task C4_OriginsOfAnybody_WithCredentials_AreRefusedAtStart(string entry, bool isRefused)
    {
        void Configure(CorsOptions o) => (o.AllowOrigins, o.AllowCredentials) = ([entry], true);

        if (isRefused)
        {
            Assert.Contains($"AllowOrigins has '{entry}' together with AllowCredentials", (await RefusedAsync(Configure)).Message, StringComparison.Ordinal);
        }
        else
        {
            await using var app = await CorsApp.StartAsync(Configure);
        }

        await using var withoutCredentials = await CorsApp.StartAsync(o => o.AllowOrigins = [entry]);
    }

    [Theory]
    [InlineData(".*", true)]
    [InlineData(@"https://.+", true)]
    [InlineData(@"https://[^.]+\.example\.com", false)]
    public async Task C4_RegexOfAnybody_WithCredentials_IsRefusedAtStart(string regex, bool isRefused)
    {
        void Configure(CorsOptions o) => (o.AllowOriginRegex, o.AllowCredentials) = (regex, true);

        if (isRefused)
        {
            Assert.Contains($"AllowOriginRegex ('{regex}') matches any origin", (await RefusedAsync(Configure)).Message, StringComparison.Ordinal);
        }
        else
        {
            await using var app = await CorsApp.StartAsync(Configure);
        }
    }

    [Fact]
    public async Task C4_FaultyOptions_AreAllNamedTogether()
    {
        var error = await RefusedAsync(static o =>
        {
            o.AllowOrigins = ["*", "a.com", "https://b.com/"];
            o.AllowOriginRegex = "(";
            o.AllowMethods = ["GET POST"];
            o.AllowHeaders = ["X:A"];
            o.ExposeHeaders = ["*", ""];
            o.AllowCredentials = true;
            o.MaxAge = -1;
            o.RequireCorsOrSameOrigin = true;
        });

        foreach (var fault in (string[])
            [
                "AllowOrigins has '*' together with AllowCredentials", "AllowOrigins has '*' together with RequireCorsOrSameOrigin", "AllowOrigins has 'a.com'", "AllowOrigins has 'https://b.com/'",
                "AllowOriginRegex ('(')", "AllowMethods has 'GET POST'", "AllowHeaders has 'X:A'", "ExposeHeaders has ''", "ExposeHeaders has '*'", "MaxAge (-1)",
            ])
        {
            Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Settings_OfTheSection_AreUsed()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "");
                app.MapGet("/own", static () => "").WithoutMiddleware("cors").WithCors(static o => o.AllowOrigins = ["https://own.example.com"]);
            },
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["RouteMiddleware:Middleware:0"] = "cors",
                ["RouteMiddleware:Cors:AllowOrigins:0"] = CorsApp.Origin,
                ["RouteMiddleware:Cors:AllowMethods:0"] = "PUT",
                ["RouteMiddleware:Cors:ExposeHeaders"] = "X-Total",
                ["RouteMiddleware:Cors:MaxAge"] = "5",
            });

        var preflight = await app.AskAsync("/", CorsApp.Origin, "PUT");
        Assert.Equal("PUT", preflight["Access-Control-Allow-Methods"]);
        Assert.Equal("5", preflight["Access-Control-Max-Age"]);
        Assert.Equal("X-Total", (await app.SendAsync("GET", "/", CorsApp.Origin))["Access-Control-Expose-Headers"]);
        Assert.Empty((await app.SendAsync("GET", "/own", CorsApp.Origin)).Names);
        Assert.Equal("https://own.example.com", (await app.SendAsync("GET", "/own", "https://own.example.com")).AllowOrigin);
    }

    [Theory]
    [InlineData("cors", "second 'cors'")]
    [InlineData("output_cache_stand_in", null)]
    public async Task Cors_TwiceInOneChain_IsRefusedAtStart(string global, string? fault)
    {
        Task<TestApp> StartAsync() => TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddMiddleware("output_cache_stand_in", static (context, next) => next(context)).Use(global),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "").WithCors();
            });

        if (fault is null)
        {
            await using var app = await StartAsync();
        }
        else
        {
            Assert.Contains(fault, (await Assert.ThrowsAsync<RouteMiddlewareException>(StartAsync)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cors_BehindTheOutputCache_IsRefusedAtStart()
    {
        // What the in-box cache keeps is kept without regard to the origin.
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Remove("output_cache").AddMiddleware("output_cache", static (context, next) => next(context)),
            static app => app.MapGet("/", static () => "").WithMiddleware("output_cache", "cors")));

        Assert.Contains("'cors' must run before 'output_cache'", error.Message, StringComparison.Ordinal);
    }

    private static Task<RouteMiddlewareException> RefusedAsync(Action<CorsOptions> configure)
        => Assert.ThrowsAsync<RouteMiddlewareException>(() => CorsApp.StartAsync(configure));
}
