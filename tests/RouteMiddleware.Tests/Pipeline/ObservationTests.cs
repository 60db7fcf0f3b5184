using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

[Collection(MeasuredAlone.Name)]
public sealed class ObservationTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Durations_OfEachMiddleware_LeaveOutWhatItCalls(bool isReloaded)
    {
        await using var app = await StartAsync();
        using var listener = Listen(app, out var measured);
        await app.Client.TrailAsync("/route/1");
        measured.Clear();

        if (isReloaded)
        {
            app.Edit(("RouteMiddleware:Late:Size", "2"));
        }

        Assert.Equal("outer hooked convention late", await app.Client.TrailAsync("/route/1"));
        Assert.Equal(
            [$"late /route/{{id}} {(isReloaded ? 2 : 1)}", "convention /route/{id} 4", "hooked /route/{id} 8", "outer /route/{id} 16"],
            measured);
    }

    [Fact]
    public async Task Durations_OfARefusal_EndWhereItWasRefused()
    {
        await using var app = await StartAsync();
        using var listener = Listen(app, out var measured);

        await app.Client.TrailAsync("/refused");

        Assert.Equal(["refuse /refused 32", "outer /refused 16"], measured);
    }

    [Fact]
    public async Task Chain_WhileNobodyListens_IsComposedAsEver()
    {
        await using var app = await StartAsync();
        Assert.True(app.App.Services.GetRequiredService<Generations>().IsPlain);

        using (Listen(app, out var measured))
        {
            Assert.False(app.App.Services.GetRequiredService<Generations>().IsPlain);
            await app.Client.TrailAsync("/route/1");
            Assert.NotEmpty(measured);
            measured.Clear();
        }

        Assert.Equal("outer hooked convention late", await app.Client.TrailAsync("/route/1"));
        Assert.True(app.App.Services.GetRequiredService<Generations>().IsPlain);
    }

    [Fact]
    public async Task Spans_OfEachMiddleware_StandInsideEachOther()
    {
        await using var app = await StartAsync();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "RouteMiddleware",
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);

        using var response = await app.Client.GetAsync(new Uri("/failing", UriKind.Relative));

        // Other applications of this process may be answering requests at the same time.
        var trace = spans.Single(static span => span.OperationName == "failing-step").TraceId;
        var ours = spans.Where(span => span.TraceId == trace).ToArray();
        Assert.Equal(["failing-step", "outer"], ours.Select(static span => span.OperationName));
        Assert.Equal(ours[1].SpanId, ours[0].ParentSpanId);
        Assert.All(ours, static span => Assert.Equal(ActivityStatusCode.Error, span.Status));
        Assert.All(ours, static span => Assert.Equal("System.InvalidOperationException", span.GetTagItem("error.type")));
    }

    private Task<TestApp> StartAsync() => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_clock);
            builder.Services.AddSingleton(_clock);
            builder.Services.AddRouteMiddleware()
                .AddMiddleware("outer", Taking("outer", 16))
                .AddMiddleware("refuse", (context, _) =>
                {
                    _clock.Advance(TimeSpan.FromSeconds(32));
                    return Task.CompletedTask;
                })
                .AddMiddleware<Hooked>("hooked")
                .AddMiddleware<Convention>("convention")
                .AddMiddleware<Late, SizedOptions>("late")
                .AddMiddleware("failing-step", static (_, _) => throw new InvalidOperationException("broken"))
                .Use("outer");
        },
        app =>
        {
            app.Services.GetRequiredService<Observation>().IsWanted = true;
            app.UseRouteMiddleware();
            app.MapGet("/route/{id}", (int id) => _clock.Advance(TimeSpan.FromSeconds(1000))).WithMiddleware("hooked", "convention", "late");
            app.MapGet("/refused", static () => "").WithMiddleware("refuse");
            app.MapGet("/failing", static () => "").WithMiddleware("failing-step");
        },
        [new("RouteMiddleware:Late:Size", "1")]);

    private Func<HttpContext, RequestDelegate, Task> Taking(string name, int seconds) => async (context, next) =>
    {
        Trail.Leave(context, name);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        await next(context);
    };

    private static MeterListener Listen(TestApp app, out ConcurrentQueue<string> measured)
    {
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        var queue = measured = new ConcurrentQueue<string>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.middleware.duration")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => queue.Enqueue($"{tags[0].Value} {tags[1].Value} {value}"));
        listener.Start();
        return listener;
    }

    private sealed class Hooked(ManualClock clock) : HookMiddleware
    {
        public override async ValueTask<IResult?> BeforeRequestAsync(HttpContext context)
        {
            await Task.Yield();
            Trail.Leave(context, "hooked");
            clock.Advance(TimeSpan.FromSeconds(8));
            return null;
        }
    }

    private sealed class Convention(RequestDelegate next, ManualClock clock)
    {
        public Task InvokeAsync(HttpContext context)
        {
            Trail.Leave(context, "convention");
            clock.Advance(TimeSpan.FromSeconds(4));
            return next(context);
        }
    }

    private sealed class Late(SizedOptions options, ManualClock clock) : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Trail.Leave(context, "late");
            clock.Advance(TimeSpan.FromSeconds(options.Size));
            return next(context);
        }
    }
}
