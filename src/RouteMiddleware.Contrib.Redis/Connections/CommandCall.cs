using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Runs a command that needs no script.</summary>
/// <typeparam name="T">What it returns.</typeparam>
internal sealed class CommandCall<T>(CallEvents events, Func<IDatabase, Task<T>> command) : PendingCall<T>(events)
{
    protected override Task<T> SendAsync(IDatabase database, bool isAgain) => command(database);

    protected override void Recycle()
    {
        // Calls of so many types are not kept.
    }
}
