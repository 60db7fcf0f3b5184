using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Cors;
using InBox = Microsoft.AspNetCore.Cors.Infrastructure;

namespace RouteMiddleware.Tests.Middleware.Cors;

public sealed class CorsAllocationTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(CorsApp.Origin)]
    [InlineData("https://evil.example")]
    public void Pass_OfARequest_AllocatesNothing(string? origin)
    {
        var cors = Create(new() { AllowOrigins = [CorsApp.Origin, "https://two.example.com"], AllowCredentials = true, ExposeHeaders = ["X-Total"] });
        var response = new Response();
        var context = ContextOf(response, "GET", origin);

        Assert.Equal(0, AllocatedBy(() =>
        {
            Assert.True(cors.InvokeAsync(context, static _ => Task.CompletedTask).IsCompletedSuccessfully);
            return response.SendHeadersAsync();
        }));
        Assert.Equal(origin == CorsApp.Origin, context.Response.Headers.AccessControlAllowOrigin.Count == 1);
    }

    [Fact]
    public void C6_FloodOfNames_CostsNoMemory()
    {
        var cors = Create(new() { AllowOrigins = [CorsApp.Origin], AllowHeaders = ["*"], AllowCredentials = true });
        var context = ContextOf(new(), "OPTIONS", CorsApp.Origin);
        context.Request.Headers.AccessControlRequestMethod = "GET";
        context.Request.Headers.AccessControlRequestHeaders = new string(',', 30 * 1024);

        Assert.Equal(0, AllocatedBy(() => cors.AnswerPreflightAsync(context)));
        Assert.Equal(204, context.Response.StatusCode);
        Assert.Equal(0, context.Response.Headers.AccessControlAllowOrigin.Count);
    }

    [Fact]
    public void Pass_OfARequest_IsTheNextTaskItself()
    {
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, Create(new()).InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    private static CorsMiddleware Create(CorsOptions options) => new(
        options,
        new InBox.CorsService(Options.Create(new InBox.CorsOptions()), NullLoggerFactory.Instance),
        new CorsMetrics(),
        NullLogger<CorsMiddleware>.Instance);

    private static DefaultHttpContext ContextOf(Response response, string method, string? origin)
    {
        var context = new DefaultHttpContext { Request = { Method = method } };
        context.Features.Set<IHttpResponseFeature>(response);
        context.Request.Headers.Origin = origin;
        return context;
    }

    private static long AllocatedBy(Func<Task> request)
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.True(request().IsCompletedSuccessfully);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = request();
        }

        // A tier change of the runtime in between may cost a few bytes once; a cost of every pass would be thousands.
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
    }

    // The default response forgets its callbacks; a server runs them.
    private sealed class Response : HttpResponseFeature
    {
        private Func<object, Task> _callback = static _ => Task.CompletedTask;
        private object _state = "";

        public override void OnStarting(Func<object, Task> callback, object state) => (_callback, _state) = (callback, state);

        public Task SendHeadersAsync() => _callback(_state);
    }
}
