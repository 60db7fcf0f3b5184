using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitFailuresTests
{
    private readonly ManualClock _clock = new();

    // Each path answers in another way in which handlers answer.
    [Theory]
    [InlineData("/result/200", true)]
    [InlineData("/result/399", true)]
    [InlineData("/result/400", false)]
    [InlineData("/result/500", false)]
    [InlineData("/typed/204", true)]
    [InlineData("/typed/401", false)]
    [InlineData("/set/200", true)]
    [InlineData("/set/403", false)]
    [InlineData("/object", true)]
    [InlineData("/redirect", true)]
    [InlineData("/throw", false)]
    [InlineData("/number/x", false)]
    [InlineData("/number/7", true)]
    [InlineData("/delegate/200", true)]
    [InlineData("/delegate/401", false)]
    [InlineData("/own/200", true)]
    [InlineData("/own/409", false)]
    public async Task Failures_ByTheAnswer_KeepTheirPermits(string path, bool isGivenBack)
    {
        await using var app = await StartAsync(o => o.PermitLimit = 2);

        using var first = await app.SendAsync(path);
        Assert.Equal(isGivenBack ? "2" : "1", first.Header("X-RateLimit-Remaining"));
        await app.StatusAsync(path);

        Assert.Equal(!isGivenBack, await app.StatusAsync(path) == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Success_AfterFailures_DoesNotTakeThemBack()
    {
        await using var app = await StartAsync(o => o.PermitLimit = 3);

        await app.StatusAsync("/result/401");
        await app.StatusAsync("/result/401");
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/result/200"));
        await app.StatusAsync("/result/401");

        // From here on even a right password is refused.
        using var refused = await app.SendAsync("/result/200");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(60), refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Failures_OfFiftyConcurrentGuesses_AreNoMoreThanTheLimit()
    {
        var (guesses, gate) = (0, new TaskCompletionSource());
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/", async () =>
        {
            Interlocked.Increment(ref guesses);
            await gate.Task;
            return Results.Unauthorized();
        }).WithRateLimit(o => (o.PermitLimit, o.Count) = (5, RateLimitCount.Failures)));

        var answers = Enumerable.Range(0, 50).Select(_ => app.StatusAsync("/")).ToArray();

        // Those beyond the limit are refused while the first five still wait.
        while (answers.Count(static answer => answer.IsCompleted) < 45)
        {
            await Task.WhenAny(answers.Where(static answer => !answer.IsCompleted));
        }

        gate.SetResult();
        Assert.Equal(45, (await Task.WhenAll(answers)).Count(static status => status == HttpStatusCode.TooManyRequests));
        Assert.Equal(5, guesses);
    }

    [Theory]
    [InlineData("/plain")]
    [InlineData("/nested")]
    public async Task Success_KnownFromTheResult_GivesBackBeforeItIsWritten(string path)
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            var group = app.MapGroup("").WithRateLimit(o => (o.PermitLimit, o.Count) = (1, RateLimitCount.Failures));
            group.MapGet("/plain", () => new SlowResult(begun, gate.Task));
            group.MapGet("/nested", Results<SlowResult, NotFound> () => new SlowResult(begun, gate.Task));
            group.MapGet("/other", () => "ok");
        });

        var slow = app.StatusAsync(path);
        await begun.Task;
        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/other"));

        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, await slow);
    }

    [Fact]
    public async Task Failures_WithALimitOnAllBesides_AreReportedWithTheTightest()
    {
        await using var app = await Limits.StartAsync(_clock, app => app.MapGet("/{status:int}", (int status) => Results.StatusCode(status))
            .WithRateLimit(o => (o.PermitLimit, o.Count) = (2, RateLimitCount.Failures))
            .WithMiddleware("rate_limit:9/1m"));

        using var good = await app.SendAsync("/200");
        Assert.Equal("2", good.Header("X-RateLimit-Remaining"));
        using var bad = await app.SendAsync("/401");
        Assert.Equal("1", bad.Header("X-RateLimit-Remaining"));
    }

    private Task<TestApp> StartAsync(Action<RateLimitOptions> configure) => Limits.StartAsync(_clock, app =>
    {
        app.UseExceptionHandler(error => error.Run(static _ => Task.CompletedTask));
        var group = app.MapGroup("").WithRateLimit(o =>
        {
            o.Count = RateLimitCount.Failures;
            configure(o);
        });
        group.MapGet("/result/{status:int}", (int status) => Results.StatusCode(status));
        group.MapGet("/typed/{status:int}", Results<NoContent, UnauthorizedHttpResult> (int status)
            => status == 204 ? TypedResults.NoContent() : TypedResults.Unauthorized());
        group.MapGet("/set/{status:int}", (int status, HttpResponse response) =>
        {
            response.StatusCode = status;
            return "text";
        });
        group.MapGet("/object", () => new { Name = "x" });
        group.MapGet("/redirect", () => Results.Redirect("/"));
        group.MapGet("/throw", string () => throw new InvalidOperationException("no"));
        group.MapGet("/number/{id}", (int id) => id);
        group.MapGet("/delegate/{status:int}", static (HttpContext context) =>
        {
            context.Response.StatusCode = int.Parse((string)context.GetRouteValue("status")!, System.Globalization.CultureInfo.InvariantCulture);
            return context.Response.WriteAsync("text");
        });
        group.MapGet("/own/{status:int}", (int status) => new OwnResult(status));
    });

    private sealed class SlowResult(TaskCompletionSource begun, Task gate) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => 200;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            begun.SetResult();
            return gate;
        }
    }

    private sealed class OwnResult(int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return httpContext.Response.WriteAsync("text");
        }
    }
}
