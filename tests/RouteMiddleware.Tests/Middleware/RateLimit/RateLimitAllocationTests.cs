using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitAllocationTests
{
    private readonly ManualClock _clock = new();
    private readonly Limits.StartingResponse _response = new();

    [Theory]
    [InlineData(RateLimitAlgorithm.Sliding, RateLimitHeaders.Both, 0)]
    [InlineData(RateLimitAlgorithm.Sliding, RateLimitHeaders.None, 0)]
    [InlineData(RateLimitAlgorithm.TokenBucket, RateLimitHeaders.Both, 0)]
    [InlineData(RateLimitAlgorithm.Concurrency, RateLimitHeaders.Both, 0)]

    // A caller whose window is over is forgotten, and made anew once in each of the 21 windows of a round.
    [InlineData(RateLimitAlgorithm.Fixed, RateLimitHeaders.Both, 21 * 128)]
    public void Admission_OfAKnownCaller_AllocatesNothing(RateLimitAlgorithm algorithm, RateLimitHeaders headers, long atMost)
    {
        using var limit = Limits.Create(_clock, o => (o.PermitLimit, o.Algorithm, o.Headers) = (50, algorithm, headers));
        var context = CreateContext();
        var next = new RequestDelegate(static _ => Task.CompletedTask);

        // The first round makes the ring, the pool and the texts.
        Round();
        Assert.InRange(Round(), 0, atMost);

        long Round()
        {
            var bytes = 0L;

            for (var i = 0; i < 1_000; i++)
            {
                // A request each 1.25 s keeps 48 permits of 50 taken.
                _clock.Advance(TimeSpan.FromSeconds(1.25));

                var before = GC.GetAllocatedBytesForCurrentThread();
                _ = limit.InvokeAsync(context, next);
                _response.Start();
                _response.Complete();
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;

                Assert.Equal(headers != RateLimitHeaders.None, _response.Headers.ContainsKey("RateLimit"));
                _response.Headers.Clear();
            }

            return bytes;
        }
    }

    [Fact]
    public void Pass_GoesOnWithTheSameTask()
    {
        using var limit = Limits.Create(_clock);
        var rest = new TaskCompletionSource();

        Assert.Same(rest.Task, limit.InvokeAsync(CreateContext(), _ => rest.Task));
    }

    private DefaultHttpContext CreateContext()
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = "GET", Path = "/orders", Protocol = "HTTP/1.1" });
        features.Set<IHttpResponseFeature>(_response);
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature { RemoteIpAddress = IPAddress.Parse("192.0.2.7") });
        return new DefaultHttpContext(features);
    }
}
