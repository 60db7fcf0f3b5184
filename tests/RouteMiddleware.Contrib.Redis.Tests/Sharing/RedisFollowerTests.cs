using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Contrib.Redis.Sharing;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Sharing;

/// <summary>What nobody uses is not asked for twice a second.</summary>
public sealed class RedisFollowerTests
{
    [Fact]
    public async Task Instance_AsksOnceForWhatNobodyUses_AndAgainForWhatSomebodyDoes()
    {
        var clock = new ManualClock();
        var (used, unused) = (new Asked(), new Asked());
        var (one, two) = (new Followed<IFollowRedis>(() => used), new Followed<IFollowRedis>(() => unused));
        one.Use();
        using var follower = new RedisFollower(() => [one, two], clock, NullLogger<RedisFollower>.Instance);
        await follower.StartAsync(default);
        Assert.Equal((1, 1), (used.Times, unused.Times));

        await TickAsync(() => used.Times > 3);
        Assert.Equal(1, unused.Times);

        two.Use();
        await TickAsync(() => unused.Times > 3);
        await follower.StopAsync(default);

        Task TickAsync(Func<bool> isOver) => Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            return isOver();
        });
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("maintenance", true, false)]
    [InlineData("auth", false, true)]
    public async Task Chains_SayWhatIsUsed(string entry, bool usesSwitch, bool usesDenyList)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddRedis("127.0.0.1:1"),
            app =>
            {
                var route = app.MapGet("/", static () => "ok");
                _ = entry.Length == 0 ? route : route.WithMiddleware(entry);
            },
            [new("RouteMiddleware:Auth:Secret", "base64:Wv0nMlXv0o3aYTnY8pQ4r4jWm1Kq2l7Zb6c9T5sXhUE=")]);
        var (known, denied) = (app.App.Services.GetRequiredService<Followed<IMaintenanceSwitch>>(), app.App.Services.GetRequiredService<Followed<IJwtDenyList>>());

        Assert.Equal((usesSwitch, usesDenyList), (known.IsUsed, denied.IsUsed));

        // The application's own code counts as well.
        _ = (app.Switch(), app.DenyList());
        Assert.True(known.IsUsed && denied.IsUsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1:1")]
    public async Task KeyedServicesOfTheApplication_AreLeftAlone_AndNoReasonNotToShare(string? configuration)
    {
        var own = new OwnDenyList();
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddKeyedSingleton<IJwtDenyList>("mine", own);
                builder.Services.AddKeyedSingleton<IMaintenanceSwitch>("mine", static (provider, _) => provider.GetRequiredService<IMaintenanceSwitch>());
                builder.Services.AddKeyedSingleton<StackExchange.Redis.IConnectionMultiplexer>("mine", static (_, _) => throw new InvalidOperationException("nobody asks for it"));
                builder.Services.AddRouteMiddleware().AddRedis();
            },
            static _ => { },
            [new("RouteMiddleware:Redis:Configuration", configuration)]);

        Assert.Same(own, app.App.Services.GetRequiredKeyedService<IJwtDenyList>("mine"));

        // A multiplexer under a key is not the application's: without one in the settings there is no Redis here, and those of the process stay.
        Assert.Equal((configuration is not null, configuration is not null), (app.DenyList() is IFollowRedis, app.Switch() is IFollowRedis));
    }

    private sealed class Asked : IFollowRedis
    {
        private int _times;

        public int Times => Volatile.Read(ref _times);

        public Task FollowAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _times);
            return Task.CompletedTask;
        }
    }

    private sealed class OwnDenyList : IJwtDenyList
    {
        public void Revoke(string jti, DateTimeOffset until)
        {
        }

        public bool IsRevoked(string jti) => false;
    }
}
