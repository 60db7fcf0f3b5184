using RouteMiddleware.Contrib.Redis;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>Asks every store of the application.</summary>
internal sealed class SessionAdmin(SessionStores stores) : ISessionAdmin
{
    public async Task<IReadOnlyList<SessionInfo>> ListAsync(string userId, RouteSession? current = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        List<SessionInfo> all = [];

        foreach (var directory in Known())
        {
            all.AddRange(await CallAsync(() => directory.ListAsync(userId, current?.Handle, cancellationToken)).ConfigureAwait(false));
        }

        return [.. all.OrderByDescending(static session => session.LastSeenAt)];
    }

    public async Task<bool> EndAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        var ended = false;

        foreach (var directory in Known())
        {
            ended |= await CallAsync(() => directory.EndAsync(id, cancellationToken)).ConfigureAwait(false);
        }

        return ended;
    }

    public async Task<int> EndAllAsync(string userId, RouteSession? except = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        var ended = 0;

        foreach (var directory in stores.Directories)
        {
            ended += await CallAsync(() => directory.EndAllAsync(userId, except?.Handle, cancellationToken)).ConfigureAwait(false);
        }

        // A login of the spared session that is not saved yet is spared too.
        except?.RenewLogin();
        return ended;
    }

    private static async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RedisUnavailableException exception)
        {
            throw new SessionUnavailableException("The store of the sessions failed to list or end them.", exception);
        }
    }

    private ISessionDirectory[] Known()
    {
        var all = stores.Directories;
        var known = all.Where(static directory => directory.KnowsSessions).ToArray();

        return known.Length > 0 || all.Count == 0
            ? known
            : throw new NotSupportedException("With the engine Signing sessions are kept in cookies alone, and can't be listed or ended one by one. EndAllAsync ends a user's on this instance; the engines Memory and Redis know them all.");
    }
}
