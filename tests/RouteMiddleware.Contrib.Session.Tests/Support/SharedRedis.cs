using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>One redis-server for all tests that do it no harm; each application has a key prefix of its own in it.</summary>
internal static class SharedRedis
{
    private static readonly Lazy<Task<RedisServer>> Server = new(StartAsync);
    private static int _prefixes;

    public static Task<RedisServer> GetAsync() => Server.Value;

    public static string NewPrefix() => $"t{Interlocked.Increment(ref _prefixes)}:";

    private static async Task<RedisServer> StartAsync()
    {
        var server = await RedisServer.StartAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().Wait();
        return server;
    }
}
