using StackExchange.Redis;

namespace RouteMiddleware.Tests.Kit;

/// <summary>A test's own connection to a server. Its end waits for nothing: the client's own waits for the answer to a QUIT, for all of its timeout.</summary>
public sealed class RedisClient(ConnectionMultiplexer multiplexer) : IDisposable
{
    public IDatabase GetDatabase() => multiplexer.GetDatabase();

    public void Dispose() => multiplexer.Close(allowCommandsToComplete: false);
}
