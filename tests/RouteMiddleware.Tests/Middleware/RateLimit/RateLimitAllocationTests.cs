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
    [InlineData(RateLimitAlgorithm.Sliding, RateLimitHeaders.Both)]
    [InlineData(RateLimitAlgorithm.Fixed, RateLimitHeaders.Both)]
    [InlineData(RateLimitAlgorithm.Sliding, RateLimitHeaders.None)]
    public void Admission_OfAKnownCaller_AllocatesNothing(RateLimitAlgorithm algorithm, RateLimitHeaders headers)
    {
        using var limit = Limits.Create(_clock, o => (o.PermitLimit, o.Algorithm, o.Headers) = (50, algorithm, headers));
        var context = CreateContext();
        var next = new RequestDelegate(static _ => Task.CompletedTask);

        // Twice: the first round makes the ring, the pool and the texts.
        Assert.True(BytesOf(Round) >= 0);
        Assert.Equal(0, BytesOf(Round));

        void Round()
        {
            for (var i = 0; i < 1_000; i++)
            {
                // A request each 1.25 s keeps 48 permits of 50 taken.
                _clock.Advance(TimeSpan.FromSeconds(1.25));
                Assert.True(limit.InvokeAsync(context, next).IsCompletedSuccessfully);
                _response.Start();
                _response.Headers.Clear();
            }
        }
    }

    [Fact]
    public void Pass_GoesOnWithTheSameTask()
    {
        using var limit = Limits.Create(_clock);
        var rest = new TaskCompletionSource();

        Assert.Same(rest.Task, limit.InvokeAsync(CreateContext(), _ => rest.Task));
    }

    private static long BytesOf(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
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
