using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Lifespans;

public sealed class LifespanTests
{
    private readonly ConcurrentQueue<string> _trail = new();

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Resources_StartInOrderBeforeAnythingElseAndStopInReverseAfterTheLastRequest(string environment)
    {
        var isReached = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IHostedService>(new RecordingService("service", _trail));
                builder.Services.AddRouteMiddleware().AddLifespan("A", Start("A")).AddLifespan("B", Start("B"));
                builder.Services.AddLifespan("C", Start("C"));
            },
            app => app.MapGet("/", async (IServiceProvider services) =>
            {
                isReached.SetResult();
                await mayEnd.Task;
                _trail.Enqueue($"request with {services.GetRequiredKeyedService<Resource>("A").Name}");
                return "served";
            }),
            environment: environment);

        await using (app)
        {
            Assert.Equal(["start A", "start B", "start C", "start service"], _trail);
            var answer = app.Client.GetStringAsync(app.Address);
            await isReached.Task;
            var stop = app.App.StopAsync();
            mayEnd.SetResult();
            Assert.Equal("served", await answer);
            await stop;
        }

        // Nothing more by the container, which is disposed of by now.
        Assert.Equal(
            ["start A", "start B", "start C", "start service", "request with A", "stop service", "dispose C", "dispose B", "dispose A"],
            _trail);
    }

    [Fact]
    public async Task Stop_ThatThrows_KeepsNoOtherFromStoppingAndIsReported()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services
                .AddLifespan("A", Start("A"), Stop)
                .AddLifespan("B", Start("B"), (resource, _) => throw new InvalidOperationException($"{resource.Name} is stuck"))
                .AddLifespan("C", Start("C"), Stop),
            static _ => { });

        var error = await Assert.ThrowsAsync<AggregateException>(() => app.App.StopAsync());

        Assert.Equal(["start A", "start B", "start C", "stop C", "stop A"], _trail);
        Assert.Equal("The resource 'B' (Resource) could not be stopped: B is stuck", Assert.Single(error.Flatten().InnerExceptions).Message);
        var record = Assert.Single(app.Logs.Records, static record => record is { Level: LogLevel.Error, EventId.Name: "NotStopped" });
        Assert.Equal("B is stuck", record.Exception?.Message);
    }

    [Fact]
    public async Task Start_ThatThrows_StopsWhatHadStartedAndOpensNoPort()
    {
        var builder = CreateBuilder();
        builder.Services.AddSingleton<IHostedService>(new RecordingService("service", _trail));
        builder.Services
            .AddLifespan("A", Start("A"), Stop)
            .AddLifespan("B", Start("B"))
            .AddLifespan<Resource>("C", static (_, _) => throw new TimeoutException("nobody answers"))
            .AddLifespan("D", Start("D"));
        var app = builder.Build();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Equal(["start A", "start B", "dispose B", "stop A"], _trail);
        Assert.Equal("The resource 'C' (Resource) could not be started: nobody answers", error.Message);
        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.DoesNotContain(app.Urls, static url => !url.EndsWith(":0", StringComparison.Ordinal));
        Assert.False(app.Lifetime.ApplicationStarted.IsCancellationRequested);

        // And not again by the container.
        await app.DisposeAsync();
        Assert.Equal(4, _trail.Count);
    }

    [Fact]
    public async Task Start_ThatReturnsNothing_IsNamed()
    {
        var builder = CreateBuilder();
        builder.Services.AddLifespan<Resource>("A", static (_, _) => Task.FromResult<Resource>(null!));
        await using var app = builder.Build();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());

        Assert.Equal("The resource 'A' (Resource) could not be started: Its start returned nothing.", error.Message);
    }

    [Fact]
    public async Task Start_OfTheServerThatFails_StopsTheResourcesWhenTheContainerIsDisposedOf()
    {
        var builder = CreateBuilder();
        builder.Services.AddSingleton(_ => new Resource("dependency", _trail));
        builder.Services
            .AddLifespan<Other>("A", static (services, _) => Task.FromResult(new Other(services.GetRequiredService<Resource>())), (_, _) => throw new InvalidOperationException("stuck"))
            .AddLifespan("B", (services, _) => Task.FromResult(new Other(services.GetRequiredService<Resource>())), (other, _) => Record($"stop B with {other.Resource.Name}"));
        builder.Services.AddRouteMiddleware();
        var app = builder.Build();
        app.MapGet("/", static () => "").WithMiddleware("unknown");

        await Assert.ThrowsAsync<RouteMiddlewareException>(() => app.StartAsync());
        await app.DisposeAsync();

        // Before what they were made from, and all although one throws.
        Assert.Equal(["stop B with dependency", "dispose dependency"], _trail);
    }

    [Fact]
    public async Task Start_GivenUpByTheHost_StopsWhatHadStartedAndWhatStartsTooLate()
    {
        var isAsked = new TaskCompletionSource();
        var late = new TaskCompletionSource<Resource>();
        var isStopped = new TaskCompletionSource();
        using var limit = new CancellationTokenSource();
        var builder = CreateBuilder();
        builder.Services.AddLifespan("A", Start("A")).AddLifespan(
            "B",
            (_, _) =>
            {
                isAsked.SetResult();
                return late.Task;
            },
            (resource, _) =>
            {
                _trail.Enqueue($"stop {resource.Name}");
                isStopped.SetResult();
                return Task.CompletedTask;
            });
        await using var app = builder.Build();
        var start = app.StartAsync(limit.Token);
        await isAsked.Task;

        await limit.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        late.SetResult(new Resource("B", _trail));
        await isStopped.Task.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(["start A", "dispose A", "stop B"], _trail);
        Assert.Contains("'B'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ThatHangs_IsLeftBehindWhenTheHostsTimeIsOverAndTheOthersGetALittleMore()
    {
        var never = new TaskCompletionSource();
        var builder = CreateBuilder();
        builder.Services
            .AddLifespan("A", Start("A"), async (_, cancellationToken) =>
            {
                var isOver = cancellationToken.IsCancellationRequested;
                await Task.Yield();
                _trail.Enqueue($"stop A, over: {isOver}");
            })
            .AddLifespan("B", Start("B"), (_, _) => never.Task)
            .AddLifespan("C", Start("C"));
        await using var app = builder.Build();
        await app.StartAsync();
        using var limit = new CancellationTokenSource();
        await limit.CancelAsync();

        var error = await Assert.ThrowsAsync<AggregateException>(() => app.StopAsync(limit.Token).WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Equal("The resource 'B' (Resource) did not stop in time.", Assert.Single(error.Flatten().InnerExceptions).Message);
        Assert.Equal(["start A", "start B", "start C", "dispose C", "stop A, over: False"], _trail);
    }

    private Func<IServiceProvider, CancellationToken, Task<Resource>> Start(string name) => async (_, _) =>
    {
        await Task.Yield();
        _trail.Enqueue($"start {name}");
        return new Resource(name, _trail);
    };

    private static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        return builder;
    }

    private Task Stop(Resource resource, CancellationToken cancellationToken) => Record($"stop {resource.Name}");

    private Task Record(string line)
    {
        _trail.Enqueue(line);
        return Task.CompletedTask;
    }

    internal sealed class Resource(string name, ConcurrentQueue<string> trail) : IAsyncDisposable
    {
        public string Name { get; } = name;

        public ValueTask DisposeAsync()
        {
            trail.Enqueue($"dispose {Name}");
            return default;
        }
    }

    private sealed record Other(Resource Resource);

    private sealed class RecordingService(string name, ConcurrentQueue<string> trail) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            trail.Enqueue($"start {name}");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            trail.Enqueue($"stop {name}");
            return Task.CompletedTask;
        }
    }
}
