using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

[Collection(MeasuredAlone.Name)]
public sealed class WatchTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("/filtered", "filter Passed 4")]
    [InlineData("/filtered?refuse=1", "filter Refused 4 403")]
    [InlineData("/filtered?answer=1", "filter Answered 4")]
    [InlineData("/filtered?fail=1", "filter Failed 4")]
    [InlineData("/both", "both Passed 6")]
    [InlineData("/both?refuse=1", "both Refused 6 403")]
    [InlineData("/late", "late Refused 0 too_late")]
    [InlineData("/inner-fails", "passing Passed 0")]
    [InlineData("/translating", "translate Failed 0")]
    public async Task Pass_ThroughEitherStage_IsToldWithItsOutcomeAndOwnTime(string path, string expected)
    {
        var refusal = new Refusal(503, "too_late", "Too late", "Too late.") { Middleware = "LATE" };
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                builder.Services.AddSingleton(_clock);
                builder.Services.AddRouteMiddleware()
                    .AddMiddleware<Filter>("filter")
                    .AddMiddleware<Both>("both")
                    .AddMiddleware("passing", static (context, next) => next(context))
                    .AddMiddleware("late", async (context, next) =>
                    {
                        await next(context);
                        await refusal.WriteAsync(context);
                    })
                    .AddMiddleware("translate", static async (context, next) =>
                    {
                        try
                        {
                            await next(context);
                        }
                        catch (InvalidOperationException error)
                        {
                            throw new NotSupportedException("translated", error);
                        }
                    });
            },
            app =>
            {
                app.Services.GetRequiredService<IChainObservation>().IsWanted = true;
                app.MapGet("/filtered", Work).WithMiddleware("filter");
                app.MapGet("/both", Work).WithMiddleware("both");
                app.MapGet("/late", static _ => Task.CompletedTask).WithMiddleware("late");
                app.MapGet("/inner-fails", static string () => throw new InvalidOperationException("broken")).WithMiddleware("passing");
                app.MapGet("/translating", static string () => throw new InvalidOperationException("broken")).WithMiddleware("translate");
            });
        var watcher = new Watcher();
        app.App.Services.GetRequiredService<Observation>().Watcher = watcher;

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));

        // A failing one answers before it is told of: the server writes the 500 after the chain.
        Assert.Equal([expected], watcher.Seen);
    }

    private string Work()
    {
        _clock.Advance(TimeSpan.FromSeconds(100));
        return "done";
    }

    private sealed class Watcher : IWatchPasses
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public void Passed(Endpoint? endpoint, LinkPlan plan, TimeSpan time, PassOutcome outcome, string? reason)
            => Seen.Enqueue($"{plan} {outcome} {time.TotalSeconds}{(reason is null ? "" : $" {reason}")}");
    }

    private sealed class Filter(ManualClock clock) : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            clock.Advance(TimeSpan.FromSeconds(4));
            var query = context.HttpContext.Request.Query;

            return query.ContainsKey("refuse") ? new(Results.StatusCode(403))
                : query.ContainsKey("answer") ? new(Results.Ok())
                : query.ContainsKey("fail") ? throw new InvalidOperationException("broken")
                : next(context);
        }
    }

    private sealed class Both(ManualClock clock) : IMiddleware, IEndpointFilter
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return next(context);
        }

        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            clock.Advance(TimeSpan.FromSeconds(4));
            return context.HttpContext.Request.Query.ContainsKey("refuse") ? new(Results.StatusCode(403)) : next(context);
        }
    }
}
