using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>An error page is a second run of the same request: it is counted once, and an admitted one gets its page.</summary>
public sealed class RateLimitReentryTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("/throws", HttpStatusCode.InternalServerError, "Both")]
    [InlineData("/throws", HttpStatusCode.InternalServerError, "None")]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "Both")]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "None")]
    public async Task ErrorPage_OfAnAdmittedRequest_TakesNoPermit(string path, HttpStatusCode expected, string headers)
    {
        await using var app = await StartAsync(("PermitLimit", "2"), ("Headers", headers));

        // The last permit has its page too, and only then is it over.
        for (var remaining = 1; remaining >= 0; remaining--)
        {
            using var answer = await app.SendAsync(path);

            Assert.Equal(expected, answer.StatusCode);
            Assert.Equal("page", await answer.Content.ReadAsStringAsync());
            Assert.Equal(headers == "None" ? null : $"{remaining}", answer.Header("X-RateLimit-Remaining"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync(path));
    }

    [Fact]
    public async Task ErrorPage_WithThreeLimits_IsCountedByNoneOfThemTwice()
    {
        await using var app = await StartAsync(
            ("PermitLimit", "3"), ("Headers", "Both"), ("Middleware:1", "rate_limit:4/1m"), ("Middleware:2", "rate_limit:5/1m"));

        for (var remaining = 2; remaining >= 0; remaining--)
        {
            using var answer = await app.SendAsync("/throws");

            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.Equal($"{remaining}", answer.Header("X-RateLimit-Remaining"));
        }
    }

    [Fact]
    public async Task ErrorPage_WhereFailuresCount_IsOneFailure()
    {
        await using var app = await StartAsync(("PermitLimit", "2"), ("Count", "Failures"));

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.InternalServerError, await app.StatusAsync("/throws"));
        Assert.Equal(HttpStatusCode.InternalServerError, await app.StatusAsync("/throws"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    [Fact]
    public async Task NextRequest_OfTheSameConnection_IsCounted()
    {
        // The server uses the same context for it, also after an exception that nobody handled and no callback saw.
        await using var app = await Limits.StartAsync(
            _clock,
            app => app.MapGet("/", void () => throw new InvalidOperationException("broken")).WithMiddleware("rate_limit:2/1m"));

        Assert.Equal(HttpStatusCode.InternalServerError, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.InternalServerError, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));
    }

    private Task<TestApp> StartAsync(params (string Key, string Value)[] settings)
        => Limits.StartAsync(
            _clock,
            static app =>
            {
                app.UseExceptionHandler("/page");
                app.UseStatusCodePagesWithReExecute("/page");
                app.UseRouteMiddleware();
                app.UseRouting();
                app.MapGet("/", () => "ok");
                app.MapGet("/throws", void () => throw new InvalidOperationException("broken"));
                app.MapGet("/page", () => "page");
            },
            [
                new("RouteMiddleware:Middleware:0", "rate_limit"),
                .. settings.Select(static setting => new KeyValuePair<string, string?>(
                    setting.Key.StartsWith("Middleware", StringComparison.Ordinal) ? $"RouteMiddleware:{setting.Key}" : $"RouteMiddleware:RateLimit:{setting.Key}",
                    setting.Value)),
            ]);
}
