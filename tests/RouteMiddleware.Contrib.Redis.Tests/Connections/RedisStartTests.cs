using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Connections;

public sealed class RedisStartTests
{
    [Fact]
    public async Task Start_WithSeveralFaults_IsRefusedNamingAllAndNoPassword()
    {
        var error = await RefusedAsync(
            new("Configuration", "127.0.0.1:6379,password=hidden-one,nonsense=hidden-two"),
            new("KeyPrefix", "a{b}"),
            new("ConnectTimeout", "00:02:00"));

        Assert.Equal(
            ["RouteMiddleware:Redis:KeyPrefix", "RouteMiddleware:Redis:ConnectTimeout", "RouteMiddleware:Redis:Configuration"],
            error.Faults.Select(static fault => fault.Where));
        Assert.Contains("'nonsense'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Configuration", "password=hidden")]
    [InlineData("Configuration", "localhost,syncTimeout=hidden")]
    [InlineData("KeyPrefix", "{")]
    [InlineData("KeyPrefix", "}")]
    [InlineData("KeyPrefix", "12345678901234567890123456789012345678901234567890123456789012345")]
    [InlineData("ConnectTimeout", "00:00:00.0990000")]
    [InlineData("ConnectTimeout", "00:01:00.0010000")]
    public async Task Start_WithAFault_IsRefused(string property, string value)
    {
        var error = await RefusedAsync(new KeyValuePair<string, string?>(property, value));

        Assert.Equal($"RouteMiddleware:Redis:{property}", Assert.Single(error.Faults).Where);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KeyPrefix", "")]
    [InlineData("KeyPrefix", "1234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("ConnectTimeout", "00:00:00.1000000")]
    [InlineData("ConnectTimeout", "00:01:00")]
    public async Task Start_WithAValueAtItsLimit_Succeeds(string property, string value)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddRedisConnection(),
            static _ => { },
            [new($"RouteMiddleware:Redis:{property}", value)]);
    }

    [Fact]
    public async Task Start_RequiredAndThere_HasItsConnection()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddRedisConnection(),
            static _ => { },
            [new("RouteMiddleware:Redis:Configuration", server.Configuration), new("RouteMiddleware:Redis:Required", "true")]);

        Assert.True(app.App.Services.GetRequiredService<IRedisConnection>().IsAvailable);
    }

    [Fact]
    public async Task Start_RequiredAndAway_IsRefused()
    {
        var error = await RefusedAsync(new("Configuration", "127.0.0.1:1,password=hidden"), new("Required", "true"), new("ConnectTimeout", "00:00:03"));

        var fault = Assert.Single(error.Faults);
        Assert.Equal("RouteMiddleware:Redis:Required", fault.Where);
        Assert.Contains("127.0.0.1:1: the connection is refused", fault.What, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RequiredWithTheWrongPassword_IsRefusedSayingSo()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "another");

        var error = await RefusedAsync(new("Configuration", $"{server.Configuration},password=hidden"), new("Required", "true"), new("ConnectTimeout", "00:00:08"));

        Assert.Contains("password", Assert.Single(error.Faults).What, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_RequiredAndNowhere_IsRefused()
    {
        var error = await RefusedAsync(new KeyValuePair<string, string?>("Required", "true"));

        Assert.Contains("nothing says where it is", Assert.Single(error.Faults).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithNothingThatUsesIt_OpensNoConnection()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddRedisConnection(),
            static app => app.MapGet("/", static () => "ok"),
            [new("RouteMiddleware:Redis:Configuration", proxy.Configuration)]);

        await app.Client.GetStringAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(0, proxy.Accepted);
    }

    [Fact]
    public async Task AddRedis_WithAConfiguration_IsADefaultForTheSettings()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddRedis(server.Configuration),
            static app => app.Services.GetRequiredService<IRedisConnection>());
        var redis = app.App.Services.GetRequiredService<IRedisConnection>();

        Assert.Equal(1, (int)await redis.EvaluateAsync(RedisApp.Add, ["rm:{a}"], [1], RedisApp.Patience));

        await using var elsewhere = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddRedis(server.Configuration),
            static app => app.Services.GetRequiredService<IRedisConnection>(),
            [new("RouteMiddleware:Redis:Configuration", "127.0.0.1:1")]);
        await Eventually.HoldsAsync(() => !elsewhere.App.Services.GetRequiredService<IRedisConnection>().IsAvailable);
    }

    [Fact]
    public async Task Stop_ClosesTheConnection()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);

        await using (var app = await RedisApp.StartConnectedAsync(proxy.Configuration))
        {
            await app.AddAsync("{a}");
            await Eventually.HoldsAsync(() => proxy.Open == 1);
        }

        await Eventually.HoldsAsync(() => proxy.Open == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task P7_Stop_WhileAConnectionIsBeingMade_DoesNotWaitForIt(bool isFirst)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = ChaosProxy.Start(server.Port);
        proxy.Ignores = isFirst;

        // A server that takes the connection and says nothing any more: with TLS there is nothing to knock with.
        var app = await RedisApp.StartAsync($"{proxy.Configuration}{(isFirst ? ",ssl=true" : "")}", settings: new KeyValuePair<string, string?>("RouteMiddleware:Redis:ConnectTimeout", "1m"));

        if (isFirst)
        {
            await Eventually.HoldsAsync(() => proxy.Accepted > 1);
        }
        else
        {
            await app.ConnectedAsync();
            proxy.Stall();
            await Eventually.HoldsAsync(async () => !await app.AnswersAsync() && !app.Redis.IsAvailable);
        }

        await app.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static Task<RouteMiddlewareException> RefusedAsync(params KeyValuePair<string, string?>[] settings)
        => Assert.ThrowsAsync<RouteMiddlewareException>(async () => await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddRedisConnection(),
            static _ => { },
            settings.Select(static setting => new KeyValuePair<string, string?>($"RouteMiddleware:Redis:{setting.Key}", setting.Value))));
}
