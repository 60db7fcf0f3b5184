using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

[Collection(MeasuredAlone.Name)]
public sealed class ExplorerCostTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pass_WithAnExplorerThatNobodyLooksAt_AllocatesNothing(bool hasBeenLookedAt)
    {
        await using var app = await ExplorerApp.StartAsync(
            static app =>
            {
                app.MapMiddlewareExplorer();
                app.MapGroup("/").WithMiddleware("passing", "passing", "function").MapGet("/passed", static _ => Task.CompletedTask).WithMiddleware("passing");
            },
            static builder => builder.AddMiddleware<Passing>("passing").AddMiddleware("function", static (context, next) => next(context)));

        if (hasBeenLookedAt)
        {
            using var stream = await FigureStream.OpenAsync(app);
            await stream.ReadAsync();
            await app.GetAsync("/passed");
        }

        var observation = app.App.Services.GetRequiredService<IChainObservation>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        while (observation.IsOn)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        var chain = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Single(static endpoint => endpoint is RouteEndpoint { RoutePattern.RawText: "/passed" }).RequestDelegate!;
        var context = new DefaultHttpContext();

        for (var i = 0; i < 100; i++)
        {
            Assert.True(chain(context).IsCompletedSuccessfully);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = chain(context);
        }

        // A tier change of the runtime in between may cost a few bytes once; a cost of every pass would be thousands.
        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 1000);
    }

    private sealed class Passing : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }
}
