using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheAllocationTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Hit_OfASmallAnswer_AllocatesNothing()
    {
        var cache = Create();
        var response = new HttpResponseFeature();
        var context = CreateContext("GET", response);
        await cache.InvokeAsync(context, static context => context.Response.WriteAsync("hello"));

        Round();
        Assert.Equal(0, Round());

        long Round()
        {
            var bytes = 0L;

            for (var i = 0; i < 1_000; i++)
            {
                response.Headers.Clear();
                var before = GC.GetAllocatedBytesForCurrentThread();
                var task = cache.InvokeAsync(context, static _ => throw new InvalidOperationException("A hit runs no handler."));
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(task.IsCompletedSuccessfully);
                Assert.Equal("HIT", response.Headers["X-Cache"]);
            }

            return bytes;
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("HEAD")]
    public void Pass_GoesOnWithTheSameTask(string method)
    {
        var rest = new TaskCompletionSource();

        Assert.Same(rest.Task, Create().InvokeAsync(CreateContext(method, new HttpResponseFeature()), _ => rest.Task));
    }

    private static DefaultHttpContext CreateContext(string method, HttpResponseFeature response)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature { Method = method, Path = "/orders", Scheme = "http", Protocol = "HTTP/1.1" });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        return new DefaultHttpContext(features);
    }

    private CacheMiddleware Create()
    {
        var options = new CacheOptions();
        var store = new MemoryCacheStore(_clock, options.SizeLimit);
        return new(options, new CacheServices(store, options.SizeLimit, new FillTable(), new CacheMetrics(), _clock, NullLogger<CacheMiddleware>.Instance));
    }
}
