using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Faults;

/// <summary>LIMITS 2: the server is there, and refuses.</summary>
public sealed class RefusalTests
{
    private const string Password = "s3cret-of-the-test";

    [Fact]
    public async Task OutOfMemory_RefusesWritesAlone_AndRecovers()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await app.AddAsync("{a}");
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "1");

        for (var call = 0; call < 10; call++)
        {
            var error = await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask());
            Assert.Equal((RedisFailure.Refused, "OOM", false), (error.Failure, error.Code, error.MayHaveRun));
        }

        // Reading and logging out still work: the circuit stays closed.
        Assert.True(app.Redis.IsAvailable);
        Assert.Equal("1", (string?)await app.Redis.CallAsync("get", static database => database.StringGetAsync("rm:{a}"), RedisApp.Patience));
        Assert.True(await app.Redis.CallAsync("delete", static database => database.KeyDeleteAsync("rm:{a}"), RedisApp.Patience));
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Equal(1, await app.AddAsync("{a}"));
    }

    [Fact]
    public async Task WrongType_IsTheMatterOfItsKey()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await server.CommandAsync("LPUSH", "rm:{a}", "one");

        for (var call = 0; call < 10; call++)
        {
            var error = await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask());
            Assert.Equal((RedisFailure.Refused, "WRONGTYPE"), (error.Failure, error.Code));
        }

        Assert.True(app.Redis.IsAvailable);
        Assert.Equal(1, await app.AddAsync("{b}"));
    }

    [Fact]
    public async Task ScriptFlush_UnderLoad_NobodyLearnsOfIt()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await using var load = new Load(app, RedisApp.Patience);
        await Eventually.HoldsAsync(() => load.Succeeded > 100);

        for (var round = 0; round < 20; round++)
        {
            await server.CommandAsync("SCRIPT", "FLUSH");
            await load.SucceedAsync(20);
        }

        Assert.Empty(load.Failures);
        Assert.Equal(0, load.Wrong);
    }

    [Fact]
    public async Task BusyWithAScript_OpensTheCircuit_AndRecovers()
    {
        await using var server = await RedisServer.StartAsync("--busy-reply-threshold", "100");
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await app.AddAsync("{a}");
        var busy = server.CommandAsync("EVAL", "while true do end", "0");
        await Eventually.HoldsAsync(async () => (await server.CommandAsync("GET", "a")).StartsWith("BUSY", StringComparison.Ordinal));

        await Eventually.HoldsAsync(async () => !await app.AnswersAsync() && !app.Redis.IsAvailable);
        await server.CommandAsync("SCRIPT", "KILL");

        await busy;
        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task WrongPassword_IsToldWithoutIt_AndMendedByTheServer()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "another");
        server.Password = "another";
        await using var app = await RedisApp.StartAsync($"{server.Configuration},password={Password}");

        var error = await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{a}").AsTask());
        Assert.Equal(RedisFailure.NotConnected, error.Failure);
        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.EventId.Name is "NotConnected"));

        Assert.Contains("password", Assert.Single(app.Logs, static record => record.Level == LogLevel.Warning).Message, StringComparison.Ordinal);
        X3_NoPasswordIn(app, error);
        await server.CommandAsync("CONFIG", "SET", "requirepass", Password);
        await Eventually.HoldsAsync(app.AnswersAsync);
        X3_NoPasswordIn(app, error);
    }

    [Fact]
    public async Task AccountWithoutEval_IsToldAndMendedByTheServer()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CommandAsync("ACL", "SETUSER", "default", "-eval", "-evalsha");
        await using var app = await RedisApp.StartAsync(server.Configuration);

        Assert.False(await app.AnswersAsync());
        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.Level == LogLevel.Warning && record.Message.Contains("may not run scripts", StringComparison.Ordinal)));
        await server.CommandAsync("ACL", "SETUSER", "default", "+eval", "+evalsha");

        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task AccountThatLosesEval_OpensTheCircuit()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        await app.AddAsync("{a}");

        await server.CommandAsync("ACL", "SETUSER", "default", "-eval", "-evalsha");
        await Eventually.HoldsAsync(async () => !await app.AnswersAsync() && app.Logs.Any(static record => record.EventId.Name is "CircuitOpened"));
        await server.CommandAsync("ACL", "SETUSER", "default", "+eval", "+evalsha");

        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    [Fact]
    public async Task MaxClients_IsTold_AndRecovers()
    {
        await using var server = await RedisServer.StartAsync("--maxclients", "2");
        using var first = new System.Net.Sockets.TcpClient("127.0.0.1", server.Port);
        using var second = new System.Net.Sockets.TcpClient("127.0.0.1", server.Port);
        await using var app = await RedisApp.StartAsync(server.Configuration);

        Assert.False(await app.AnswersAsync());
        await Eventually.HoldsAsync(() => app.Logs.Any(static record => record.Level == LogLevel.Warning && record.Message.Contains("maxclients", StringComparison.Ordinal)));
        first.Dispose();
        second.Dispose();

        await Eventually.HoldsAsync(app.AnswersAsync);
    }

    private static void X3_NoPasswordIn(RedisApp app, Exception error)
    {
        Assert.DoesNotContain(app.App.Logs.Records, static record => $"{record.Message}{record.Exception}".Contains(Password, StringComparison.Ordinal));
        Assert.DoesNotContain(Password, error.ToString(), StringComparison.Ordinal);
    }
}
