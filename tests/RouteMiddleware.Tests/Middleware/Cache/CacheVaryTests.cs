using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheVaryTests
{
    [Fact]
    public async Task Vary_OfTheAnswer_ChoosesAmongAnswers()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Response.Headers.Vary = "Accept-Language, X-A");

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("Accept-Language", "de")));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("Accept-Language", "en")));
        Assert.Equal("MISS run 3", await app.GetAsync("/a"));
        Assert.Equal("MISS run 4", await app.GetAsync("/a", ("Accept-Language", "de"), ("X-A", "1")));
        Assert.Equal("HIT run 1", await app.GetAsync("/a", ("accept-language", "de"), ("X-B", "1")));
        Assert.Equal("HIT run 2", await app.GetAsync("/a", ("Accept-Language", "en")));
        Assert.Equal("HIT run 3", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Vary_OnSomeAnswersOnly_HoldsForAll()
    {
        // A handler that forgets its Vary on the plain answer: whoever asks for the other must not get it.
        await using var app = await CacheApp.StartAsync((context, run) =>
        {
            var isZipped = context.Request.Headers.AcceptEncoding.Count > 0;
            context.Response.Headers.Vary = isZipped ? "Accept-Encoding" : default;
            return context.Response.WriteAsync($"{isZipped} {run}");
        });

        Assert.Equal("MISS True 1", await app.GetAsync("/a", ("Accept-Encoding", "br")));
        Assert.Equal("MISS False 2", await app.GetAsync("/a"));
        Assert.Equal("HIT True 1", await app.GetAsync("/a", ("Accept-Encoding", "br")));
        Assert.Equal("HIT False 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Vary_ThatNamesMore_NeverMixesAnswers()
    {
        await using var app = await CacheApp.StartAsync((context, run) =>
        {
            context.Response.Headers.Vary = run == 1 ? "X-A" : "X-B";
            return context.Response.WriteAsync($"run {run}");
        });

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("X-A", "1")));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("X-A", "2")));
        Assert.Equal("HIT run 2", await app.GetAsync("/a", ("X-A", "2")));
        Assert.Equal("MISS run 3", await app.GetAsync("/a", ("X-A", "2"), ("X-B", "1")));
        Assert.Equal("MISS run 4", await app.GetAsync("/a", ("X-A", "3"), ("X-B", "1")));
        Assert.Equal("HIT run 3", await app.GetAsync("/a", ("X-A", "2"), ("X-B", "1")));
    }

    [Fact]
    public async Task Vary_OfTooManyNames_IsNotKept()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Response.Headers.Vary = string.Join(", ", Enumerable.Range(0, 17).Select(static i => $"X-{i}")));

        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cors_InFrontAndBehind_AnswersEachOriginAsItsOwn(bool isBehind)
    {
        static void Cors(IApplicationBuilder web) => web.UseCors(static policy => policy.WithOrigins("https://a.example", "https://b.example"));

        await using var app = await Kit.TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddCors();
                builder.Services.AddRouteMiddleware().AddMiddleware("own_cors", Cors);
            },
            web =>
            {
                web.UseRouteMiddleware();
                web.MapGet("/a", static () => "hello").WithMiddleware(isBehind ? ["cache", "own_cors"] : ["own_cors", "cache"]);
            });

        foreach (var origin in (string?[])[null, "https://evil.example", "https://a.example", "https://b.example", "https://a.example", null, "https://evil.example"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/a"));
            request.Headers.TryAddWithoutValidation("Origin", origin);
            using var response = await app.Client.SendAsync(request);
            var allowed = origin is null || origin.Contains("evil", StringComparison.Ordinal) ? null : origin;

            Assert.Equal(allowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? Assert.Single(values) : null);
            Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        }
    }
}
