using System.Collections.Concurrent;
using System.Globalization;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Records;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>
/// Which sessions a user has. A session gets into its user's list before it becomes that user's, so that a list never misses a valid one; entries expire by themselves.
/// </summary>
internal sealed class RedisUsers(IRedisConnection redis, RedisKeys keys, EndedUsers ended, TimeSpan timeout, TimeProvider clock) : ISessionDirectory
{
    // Longer than any login takes from the setting of the user to the save.
    private static readonly TimeSpan RefusesLogins = TimeSpan.FromHours(1);

    // With twice the store's time, longer than any commit can be under way.
    private static readonly TimeSpan RefusesCreation = TimeSpan.FromMinutes(1);

    private const int AtOnce = 100;
    private const int MostKnownEnds = 10_000;

    // The ends that this instance brought about: a login that came after one of them is not refused for it, however close they are.
    private readonly ConcurrentDictionary<string, (long Order, string Moment)> _knownEnds = new(StringComparer.Ordinal);

    /// <summary>Names a session in its user's list.</summary>
    /// <returns>Whether it may become the user's: not where all of the user's sessions were ended after the login had begun.</returns>
    public async ValueTask<bool> AddAsync(string userId, string handle, TimeSpan lifetime, SessionChanges? login, CancellationToken cancellationToken)
        => (long)await redis.EvaluateAsync(
            RedisScripts.AddToUser,
            keys.User(userId),
            [handle, (long)lifetime.TotalMilliseconds, login is null ? "" : AgeOf(login)?.ToString(CultureInfo.InvariantCulture) ?? "", login is null ? "" : KnownEnd(userId, login)],
            timeout,
            cancellationToken).ConfigureAwait(false) == 1;

    /// <summary>How long ago a login can have been at most when the server hears of it, in microseconds: nobody waits longer than the store's time for that.</summary>
    public long? AgeOf(SessionChanges changes)
        => changes.SetsUser ? (long)(clock.GetElapsedTime(changes.UserSetAt) + timeout).TotalMicroseconds : null;

    /// <summary>How a list names a session that may leave it soon; <see langword="null"/> where it doesn't, or can't be asked.</summary>
    public async ValueTask<double?> ScoreAsync(string userId, string handle, CancellationToken cancellationToken)
    {
        try
        {
            return await redis.CallAsync("session_user_score", database => database.SortedSetScoreAsync(keys.User(userId)[0], handle), timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisUnavailableException)
        {
            // The connection has told of the failure, and the entry expires.
            return null;
        }
    }

    /// <summary>Takes a session that goes on without its user out of that user's list, unless it has become that user's again and was named anew.</summary>
    public async Task RemoveAsync(string userId, string handle, double score)
    {
        try
        {
            await redis.EvaluateAsync(RedisScripts.RemoveFromUser, [keys.User(userId)[0]], [handle, score], timeout).ConfigureAwait(false);
        }
        catch (RedisUnavailableException)
        {
            // The connection has told of the failure.
        }
    }

    /// <summary>Takes a session that has ended for good out of a list, if that is possible now: an entry without a session is harmless, and expires.</summary>
    public async Task RemoveAsync(string userId, string handle)
    {
        try
        {
            await redis.CallAsync("session_user_remove", database => database.SortedSetRemoveAsync(keys.User(userId)[0], handle), timeout).ConfigureAwait(false);
        }
        catch (RedisUnavailableException)
        {
            // The connection has told of the failure.
        }
    }

    public async Task<IReadOnlyList<SessionInfo>> ListAsync(string userId, string? currentHandle, CancellationToken cancellationToken)
    {
        var (_, handles) = await HandlesAsync(userId, [], cancellationToken).ConfigureAwait(false);
        var found = await EachAsync(handles, async handle =>
        {
            var shown = (RedisResult[])(await redis.EvaluateAsync(RedisScripts.Show, [keys.Session(handle)], [], timeout, cancellationToken).ConfigureAwait(false))!;

            // Another user's by now, or gone.
            return shown.Length == 0 || !string.Equals((string?)shown[0], userId, StringComparison.Ordinal)
                ? null
                : new SessionInfo(handle, DateTimeOffset.FromUnixTimeMilliseconds((long)shown[1]), DateTimeOffset.FromUnixTimeMilliseconds((long)shown[2]), handle == currentHandle);
        }).ConfigureAwait(false);

        return [.. found.OfType<SessionInfo>()];
    }

    public async Task<bool> EndAsync(string handle, CancellationToken cancellationToken)
        => RedisKeys.IsHandle(handle)
            && await redis.CallAsync("session_end", database => database.KeyDeleteAsync(keys.Session(handle)), timeout, cancellationToken).ConfigureAwait(false);

    public async Task<int> EndAllAsync(string userId, string? exceptHandle, CancellationToken cancellationToken)
    {
        var (moment, handles) = await HandlesAsync(userId, [(long)RefusesLogins.TotalMilliseconds], cancellationToken).ConfigureAwait(false);
        Know(userId, moment);
        handles = [.. handles.Where(handle => handle != exceptHandle)];

        if (handles.Length == 0)
        {
            return 0;
        }

        var found = await EachAsync(handles, async handle => (Handle: handle, IsEnded: (long)await redis.EvaluateAsync(
            RedisScripts.EndOfUser,
            [keys.Session(handle)],
            [userId, (long)(RefusesCreation + timeout + timeout).TotalMilliseconds],
            timeout,
            cancellationToken).ConfigureAwait(false) == 1)).ConfigureAwait(false);

        // One that has not ended may be the user's again by now, by a later login, and must stay in the list.
        RedisValue[] gone = [.. found.Where(static one => one.IsEnded).Select(static one => (RedisValue)one.Handle)];

        // Only now: whoever was interrupted before can begin again.
        if (gone.Length > 0)
        {
            await redis.CallAsync("session_user_remove", database => database.SortedSetRemoveAsync(keys.User(userId)[0], gone), timeout, cancellationToken).ConfigureAwait(false);
        }

        return gone.Length;
    }

    private async ValueTask<(string Moment, string[] Handles)> HandlesAsync(string userId, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        var parts = (RedisResult[])(await redis.EvaluateAsync(RedisScripts.ListOfUser, keys.User(userId), arguments, timeout, cancellationToken).ConfigureAwait(false))!;
        return ((string)parts[0]!, [.. ((string[])parts[1]!).Where(RedisKeys.IsHandle)]);
    }

    private string KnownEnd(string userId, SessionChanges login)
        => _knownEnds.TryGetValue(userId, out var end) && end.Order < login.UserSetOrder ? end.Moment : "";

    private void Know(string userId, string moment)
    {
        if (_knownEnds.Count >= MostKnownEnds)
        {
            // Without them a login within the store's time after such an end is refused, and works at the second try.
            _knownEnds.Clear();
        }

        _knownEnds[userId] = (ended.Moment(), moment);
    }

    private static async Task<List<T>> EachAsync<T>(string[] handles, Func<string, Task<T>> act)
    {
        List<T> all = [];

        foreach (var some in handles.Chunk(AtOnce))
        {
            all.AddRange(await Task.WhenAll(some.Select(act)).ConfigureAwait(false));
        }

        return all;
    }
}
