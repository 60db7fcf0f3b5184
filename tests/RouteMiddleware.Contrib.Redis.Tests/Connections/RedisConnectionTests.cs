using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Tests.Connections;

public sealed class RedisConnectionTests
{
    [Fact]
    public async Task EvaluateAsync_OnARealServer_ReturnsWhatTheScriptReturned()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);

        var result = await app.Redis.EvaluateAsync(RedisApp.Add, ["rm:{a}"], [3], TimeSpan.FromSeconds(5));

        Assert.Equal(3, (int)result);
        Assert.True(app.Redis.IsConfigured);
        Assert.True(app.Redis.IsAvailable);
        Assert.Equal("rm:", app.Redis.KeyPrefix);
    }

    [Fact]
    public async Task CallAsync_OnARealServer_ReturnsWhatTheCommandReturned()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);

        await app.Redis.CallAsync("set", static database => database.StringSetAsync("rm:a", "one"), RedisApp.Patience);
        var value = await app.Redis.CallAsync("get", static database => database.StringGetAsync("rm:a"), RedisApp.Patience);

        Assert.Equal("one", (string?)value);
    }

    [Fact]
    public async Task EvaluateAsync_CancelledByItsCaller_EndsAtOnceAndIsNoFailure()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        server.Freeze();

        for (var call = 0; call < 10; call++)
        {
            using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));
            var running = app.Redis.EvaluateAsync(RedisApp.Add, ["rm:{a}"], [1], TimeSpan.FromMinutes(1), gone.Token);
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(gone.Token, error.CancellationToken);
        }

        Assert.True(app.Redis.IsAvailable);
    }

    [Fact]
    public async Task EvaluateAsync_ThousandsAtOnce_EachGetsItsOwnAnswer()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        RedisScript echo = new("echo", "return ARGV[1]");

        var answers = await Task.WhenAll(Enumerable.Range(0, 5000).Select(async number =>
        {
            var sent = number.ToString(CultureInfo.InvariantCulture);
            return (sent, got: (string?)await app.Redis.EvaluateAsync(echo, ["rm:{a}"], [sent], TimeSpan.FromSeconds(20)));
        }));

        Assert.All(answers, static answer => Assert.Equal(answer.sent, answer.got));
    }

    [Fact]
    public async Task EvaluateAsync_MoreCallsThanAreKept_FailsTheSurplusAtOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        server.Freeze();

        var calls = Enumerable.Range(0, 16_500).Select(_ => app.AddAsync("{a}", TimeSpan.FromSeconds(60)).AsTask()).ToArray();
        var surplus = calls.Where(static call => call.IsFaulted).Select(static call => call.Exception!.InnerException).ToArray();

        Assert.Equal(16_500 - 16_384, surplus.Length);
        Assert.All(surplus, static error => Assert.Equal(RedisFailure.Overloaded, Assert.IsType<RedisUnavailableException>(error).Failure));
        server.Thaw();
        await Task.WhenAll(calls.Where(static call => !call.IsFaulted)).WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(RedisFailure.Timeout, true)]
    [InlineData(RedisFailure.ConnectionLost, true)]
    [InlineData(RedisFailure.NotConnected, false)]
    [InlineData(RedisFailure.CircuitOpen, false)]
    [InlineData(RedisFailure.Refused, false)]
    [InlineData(RedisFailure.Overloaded, false)]
    public void MayHaveRun_IsTrue_WhereTheCommandWasSentAndNotAnswered(RedisFailure failure, bool mayHaveRun)
        => Assert.Equal(mayHaveRun, new RedisUnavailableException(failure, "").MayHaveRun);

    [Fact]
    public async Task EvaluateAsync_TimedOut_MayStillRun()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await app.AddAsync("{a}");
        server.Freeze();

        var error = await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}", RedisApp.Limit).AsTask());
        server.Thaw();

        Assert.Equal(RedisFailure.Timeout, error.Failure);
        Assert.True(error.MayHaveRun);
        await Eventually.HoldsAsync(async () => await server.CommandAsync("GET", "rm:{a}") is "2");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task P8_CallerThatBlocksItsThread_HoldsUpNobodyElsesReply(bool isRegistered)
    {
        await using var server = await RedisServer.StartAsync();
        using var own = isRegistered ? await ConnectionMultiplexer.ConnectAsync(server.Configuration) : null;
        await using var app = await RedisApp.StartConnectedAsync(isRegistered ? null : server.Configuration, builder =>
        {
            if (own is not null)
            {
                builder.Services.AddSingleton<IConnectionMultiplexer>(own);
            }
        });
        using var both = new CountdownEvent(2);

        // Each goes on only when the other has its reply, too.
        async Task<bool> CallAsync(string key)
        {
            await app.AddAsync(key, TimeSpan.FromSeconds(20)).ConfigureAwait(false);
            both.Signal();
            return both.Wait(TimeSpan.FromSeconds(20));
        }

        Assert.DoesNotContain(false, await Task.WhenAll(CallAsync("{a}"), CallAsync("{b}")));
    }

    [Fact]
    public async Task RegisteredMultiplexer_IsUsedAndNeverDisposed()
    {
        await using var server = await RedisServer.StartAsync();
        using var own = await ConnectionMultiplexer.ConnectAsync(server.Configuration);

        // The settings name a server that is not there: the registered one wins.
        await using (var app = await RedisApp.StartConnectedAsync("127.0.0.1:1", builder => builder.Services.AddSingleton<IConnectionMultiplexer>(own)))
        {
            Assert.Equal(1, await app.AddAsync("{a}"));
        }

        Assert.True(own.IsConnected);
        Assert.Equal(1, (int)await own.GetDatabase().StringGetAsync("rm:{a}"));
    }

    [Fact]
    public async Task RegisteredMultiplexer_ThatTheFactoryCannotMakeYet_IsAskedForAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await server.KillAsync();
        await using var app = await RedisApp.StartAsync(
            null,
            builder => builder.Services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect($"{server.Configuration},connectRetry=1,connectTimeout=500")));
        Assert.False(await app.AnswersAsync());

        await server.RestartAsync();

        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task Container_DisposedOfWithoutAwait_EndsTheConnection()
    {
        await using var server = await RedisServer.StartAsync();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddRouteMiddleware().AddRedis(server.Configuration);
        var provider = services.BuildServiceProvider();
        var redis = provider.GetRequiredService<IRedisConnection>();
        Assert.Equal(1, (int)await redis.EvaluateAsync(RedisApp.Add, ["rm:{a}"], [1], TimeSpan.FromSeconds(20)));

        provider.Dispose();

        Assert.Equal(RedisFailure.NotConnected, (await Assert.ThrowsAsync<RedisUnavailableException>(() => redis.EvaluateAsync(RedisApp.Add, ["rm:{a}"], [1], RedisApp.Limit).AsTask())).Failure);
        Assert.False(redis.IsAvailable);
        await ((IAsyncDisposable)redis).DisposeAsync();
    }

    [Fact]
    public async Task NothingConfigured_FailsAtOnce()
    {
        await using var app = await RedisApp.StartAsync(null);

        var error = await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask());

        Assert.False(app.Redis.IsConfigured);
        Assert.False(app.Redis.IsAvailable);
        Assert.Equal(RedisFailure.NotConnected, error.Failure);
    }

    [Theory]
    [InlineData("allkeys-lru", true)]
    [InlineData("volatile-lru", false)]
    [InlineData("noeviction", false)]
    public async Task Connected_ToAServerThatThrowsAnyKeyAway_Warns(string policy, bool isWarned)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "100mb", "--maxmemory-policy", policy);
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await app.AddAsync("{a}");

        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.EventId.Name is "Connected"));
        Assert.Equal(isWarned, app.Logs.Any(record => record.Level == LogLevel.Warning && record.Message.Contains(policy, StringComparison.Ordinal)));
    }
}
