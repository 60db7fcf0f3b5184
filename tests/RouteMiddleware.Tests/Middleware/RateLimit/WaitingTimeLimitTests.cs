using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class WaitingTimeLimitTests
{
    [Fact]
    public async Task R17_Waiting_BeyondATimeLimitInFront_IsAnsweredByThatLimit()
    {
        var (gate, begun, runs) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        using var timeIsUp = new CancellationTokenSource();
        await using var app = await Limits.StartAsync(new ManualClock(), app =>
        {
            // As UseRequestTimeouts does.
            app.Use(async (context, next) =>
            {
                if (!context.Request.QueryString.HasValue)
                {
                    await next(context);
                    return;
                }

                context.RequestAborted = timeIsUp.Token;

                try
                {
                    var passing = next(context);
                    await timeIsUp.CancelAsync();
                    await passing;
                }
                catch (OperationCanceledException) when (timeIsUp.IsCancellationRequested)
                {
                    context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
                }
            });
            app.MapGet("/", async () =>
            {
                runs++;
                begun.TrySetResult();
                await gate.Task;
            }).WithRateLimit(o => (o.PermitLimit, o.Algorithm, o.QueueLimit) = (1, RateLimitAlgorithm.Concurrency, 1));
        });
        var first = app.StatusAsync("/");
        await begun.Task;

        Assert.Equal(HttpStatusCode.GatewayTimeout, await app.StatusAsync("/?limited"));

        gate.SetResult();
        Assert.Equal((HttpStatusCode.OK, 1), (await first, runs));
    }
}
