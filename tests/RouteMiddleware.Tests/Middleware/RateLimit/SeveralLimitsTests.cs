using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>Several limits of one chain: all hold, and the answer tells of the tightest.</summary>
public sealed class SeveralLimitsTests
{
    private readonly ManualClock _clock = new();

    public static TheoryData<RateLimitAlgorithm, RateLimitAlgorithm> Pairs()
    {
        var pairs = new TheoryData<RateLimitAlgorithm, RateLimitAlgorithm>();

        foreach (var outer in Enum.GetValues<RateLimitAlgorithm>())
        {
            foreach (var inner in Enum.GetValues<RateLimitAlgorithm>())
            {
                pairs.Add(outer, inner);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task TwoLimits_OfAnyKinds_ReportTheTighterWhicheverIsFirst(RateLimitAlgorithm outer, RateLimitAlgorithm inner)
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            app.MapGet("/outer", () => "ok").WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (3, outer)).WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (9, inner));
            app.MapGet("/inner", () => "ok").WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (9, outer)).WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (3, inner));
        });

        foreach (var path in new[] { "/outer", "/inner" })
        {
            using var answer = await app.SendAsync(path);
            Assert.Equal(("3", "2"), (answer.Header("X-RateLimit-Limit"), answer.Header("X-RateLimit-Remaining")));
            Assert.StartsWith("\"default\";r=2", answer.Header("RateLimit"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding, HttpStatusCode.TooManyRequests)]
    [InlineData(RateLimitAlgorithm.Concurrency, HttpStatusCode.OK)]
    public async Task InnerRefusal_HasTakenThePermitsOfTheOuter(RateLimitAlgorithm outer, HttpStatusCode afterwards)
    {
        await using var app = await Limits.StartAsync(_clock, app =>
        {
            var group = app.MapGroup("").WithRateLimit(o => (o.PermitLimit, o.Algorithm) = (2, outer));
            group.MapGet("/", () => "ok").WithMiddleware("rate_limit:1/1m");
            group.MapGet("/other", () => "ok");
        });

        Assert.Equal(HttpStatusCode.OK, await app.StatusAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.StatusAsync("/"));

        // A permit that is held goes back; one that is counted stays taken, for the caller did ask.
        Assert.Equal(afterwards, await app.StatusAsync("/other"));
    }

    [Fact]
    public async Task Reports_OfMoreRequestsThanThereArePlaces_AreEachTheirOwn()
    {
        const int Requests = 3_000;
        var reports = new RateLimitReports();
        using var loose = Create(reports, 5_000);
        using var tight = Create(reports, 4_000);
        var gate = new TaskCompletionSource();
        var responses = new Limits.StartingResponse[Requests];
        var runs = new Task[Requests];

        for (var i = 0; i < Requests; i++)
        {
            var features = new FeatureCollection();
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET" });
            features.Set<IHttpResponseFeature>(responses[i] = new());
            features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Loopback });
            var context = new DefaultHttpContext(features);
            runs[i] = loose.InvokeAsync(context, async again =>
            {
                await gate.Task;
                await tight.InvokeAsync(again, static _ => Task.CompletedTask);

                // As an error page: counted before.
                await tight.InvokeAsync(again, static _ => Task.CompletedTask);
            });
        }

        gate.SetResult();
        await Task.WhenAll(runs);
        var remaining = responses.Select(static response =>
        {
            response.Start();
            response.Complete();
            return (string?)response.Headers["X-RateLimit-Remaining"];
        });

        Assert.Equal(Enumerable.Range(1_000, Requests).Select(static i => $"{i}").Order(StringComparer.Ordinal), remaining.Order(StringComparer.Ordinal)!);
        Assert.All(responses, static response => Assert.Equal("4000", response.Headers["X-RateLimit-Limit"]));
    }

    private RateLimitMiddleware Create(RateLimitReports reports, int permits)
        => new(
            new RateLimitOptions { PermitLimit = permits },
            _clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<RateLimitMiddleware>.Instance,
            reports,
            new RateLimitMetrics());
}
