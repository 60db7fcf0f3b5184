using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Lifespans;

public sealed class LifespanInjectionTests
{
    private static readonly ConcurrentQueue<string> Started = new();

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Resource_AskedForByManyHandlersAndServices_IsOneObjectDisposedOfOnce(string environment)
    {
        var pool = new Pool("only");
        var app = await TestApp.StartAsync(
            builder => builder.Services.AddSingleton<Consumer>().AddLifespan("pool", (_, _) => Task.FromResult(pool)),
            app => app.MapGet("/", (Pool taken, Consumer consumer, [FromKeyedServices("pool")] Pool keyed, IEnumerable<Pool> all)
                => ReferenceEquals(taken, pool) && ReferenceEquals(consumer.Pool, pool) && ReferenceEquals(keyed, pool) && ReferenceEquals(all.Single(), pool)),
            environment: environment);

        await using (app)
        {
            // The container compiles a service that is asked for often; that must hold it no closer.
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal("true", await app.Client.GetStringAsync(app.Address));
            }

            Assert.Equal(0, pool.Disposals);
            await app.App.StopAsync();
            Assert.Equal(1, pool.Disposals);
        }

        Assert.Equal(1, pool.Disposals);
    }

    [Fact]
    public async Task Resource_WithAStopOfItsOwn_IsNotDisposedOf()
    {
        var pool = new Pool("only");
        List<string> stopped = [];

        await using (var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddLifespan("pool", (_, _) => Task.FromResult(pool), (resource, _) =>
            {
                stopped.Add(resource.Name);
                return Task.CompletedTask;
            }),
            static app => app.MapGet("/", static (Pool pool) => pool.Name)))
        {
            Assert.Equal("only", await app.Client.GetStringAsync(app.Address));
        }

        Assert.Equal(["only"], stopped);
        Assert.Equal(0, pool.Disposals);
    }

    [Fact]
    public async Task Resources_OfOneType_AreToldApartByNameAndTheLastHasNone()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services
                .AddLifespan("first", static (_, _) => Task.FromResult(new Pool("1")))
                .AddLifespan("second", static async (services, _) =>
                {
                    await Task.Yield();
                    return new Pool(services.GetRequiredKeyedService<Pool>("first").Name + "+2");
                }),
            static app => app.MapGet("/", static ([FromKeyedServices("first")] Pool first, [FromKeyedServices("second")] Pool second, Pool pool)
                => $"{first.Name} {second.Name} {pool.Name}"));

        Assert.Equal("1 1+2 1+2", await app.Client.GetStringAsync(app.Address));
    }

    [Fact]
    public async Task Resource_AskedForBeforeItsStartOrAfterItsStop_IsAClearError()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Services.AddLifespan("pool", static (_, _) => Task.FromResult(new Pool("only")));
        await using var app = builder.Build();

        var early = Assert.Throws<InvalidOperationException>(() => app.Services.GetRequiredService<Pool>());
        await app.StartAsync();
        Assert.Equal("only", app.Services.GetRequiredService<Pool>().Name);
        await app.StopAsync();
        var late = Assert.Throws<InvalidOperationException>(() => app.Services.GetRequiredKeyedService<Pool>("pool"));

        Assert.StartsWith("The resource 'pool' (Pool) is not started yet: ", early.Message, StringComparison.Ordinal);
        Assert.StartsWith("The resource 'pool' (Pool) was stopped ", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_OfTheApplication_StartInTheOrderOfRegistrationAmongTheOthers()
    {
        Started.Clear();

        await using (var app = await TestApp.StartAsync(
            static builder => builder.Services
                .AddLifespan("pool", static (_, _) => Task.FromResult(new Pool("only")))
                .AddLifespan<Warmup>()
                .AddRouteMiddleware().AddLifespan<Warmup>(),
            static app => app.MapGet("/", static (Warmup warmup) => warmup.Pool.Name)))
        {
            Assert.Equal("only", await app.Client.GetStringAsync(app.Address));
            await app.App.StopAsync();
        }

        Assert.Equal(["start with only", "stop with only", "dispose"], Started);
    }

    [Theory]
    [InlineData("pool")]
    [InlineData("Warmup")]
    public void Name_ThatIsTaken_IsRefusedAtOnce(string name)
    {
        var services = new ServiceCollection().AddLifespan("pool", static (_, _) => Task.FromResult(new Pool("1"))).AddLifespan<Warmup>();

        var error = Assert.Throws<ArgumentException>(() => services.AddLifespan(name, static (_, _) => Task.FromResult(new Pool("2"))));

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Container_WithoutAHost_IsDisposedOfLikeAnyOther()
    {
        var services = new ServiceCollection().AddLogging().AddLifespan("pool", static (_, _) => Task.FromResult(new Pool("1"))).BuildServiceProvider();

        Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<Pool>());
        services.Dispose();
    }

    internal sealed class Pool(string name) : IDisposable
    {
        private int _disposals;

        public string Name { get; } = name;

        public int Disposals => _disposals;

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }

    private sealed record Consumer(Pool Pool);

    internal sealed class Warmup(Pool pool) : ILifespan, IDisposable
    {
        public Pool Pool { get; } = pool;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Started.Enqueue($"start with {Pool.Name}");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Started.Enqueue($"stop with {Pool.Name}");
            return Task.CompletedTask;
        }

        public void Dispose() => Started.Enqueue("dispose");
    }
}
