using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>Keeps sessions in Redis, for all instances; the cookie holds the id alone.</summary>
internal sealed partial class RedisEngine(
    RedisSessions sessions,
    RedisUsers users,
    SessionLifetimes lifetimes,
    bool takesTurns,
    int maxBytes,
    RefusedCookies refused,
    TimeProvider clock,
    ILogger logger) : ISessionEngine
{
    // Clocks of the nodes of a cluster differ; an entry must not end before its session.
    private static readonly TimeSpan ListedLonger = TimeSpan.FromMinutes(1);

    private readonly KeyedTurns _turns = new(clock);
    private readonly RedisTurns _redisTurns = new(sessions, clock);

    public bool LoadsAtOnce => false;

    public bool TakesTurns => takesTurns;

    public bool BoundsLoads => true;

    public bool KeepsRecords => true;

    public string? HandleOf(LoadedSession session) => (session.Handle as RedisHold)?.Handle;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LoadedSession> LoadAsync(CookieValues cookies, CancellationToken cancellationToken)
    {
        var (wasRotated, malformed) = (false, false);
        var began = clock.GetTimestamp();
        string? reason = null;

        while (RedisSessionId.TryNext(ref cookies, out var id, ref malformed))
        {
            var hold = sessions.HoldOf(id);
            var found = takesTurns
                ? await _redisTurns.TakeAsync(hold, cancellationToken).ConfigureAwait(false)
                : await sessions.LoadAsync(hold, began, cancellationToken).ConfigureAwait(false);

            switch (found.Code)
            {
                case RedisFinding.Valid:
                    return new(id.Secret, found.Record, found.Hold);
                case RedisFinding.JustRotated:
                    wasRotated = true;
                    reason = RefusedCookies.Ended;
                    break;
                case RedisFinding.Outdated:
                    reason ??= RefusedCookies.Ended;
                    break;
                case RedisFinding.Expired:
                    reason ??= RefusedCookies.Expired;
                    break;
                case RedisFinding.Damaged:
                    Log.Damaged(logger);
                    reason ??= RefusedCookies.Damaged;
                    break;
                default:
                    reason ??= RefusedCookies.UnknownId;
                    break;
            }
        }

        if (malformed)
        {
            reason ??= RefusedCookies.UnknownId;
        }

        if (reason is not null)
        {
            refused.Report(reason);
        }

        return new(default, null, null, wasRotated);
    }

    public async ValueTask<SavedSession> SaveAsync(SessionSave save, CancellationToken cancellationToken)
    {
        var (loaded, changes, _, _, _) = save;
        var began = clock.GetTimestamp();

        if (loaded.Handle is not RedisHold hold)
        {
            return loaded.WasRotated && !changes.SetsUser && !changes.IsFlushed
                ? SavedSession.Dropped
                : await BeginAsync(save, null, cancellationToken).ConfigureAwait(false);
        }

        var goesOn = !changes.IsFlushed || !changes.ApplyTo(null, lifetimes, save.Now).IsEmpty;
        var user = UserAfter(save);
        var isListed = user is not null && goesOn && NeedsListing(save, hold);

        // What names it in the list of the user whom it leaves, from before it leaves: it may come back to that list before it is taken out.
        var left = goesOn && loaded.Record?.UserId is { } leaves && !string.Equals(leaves, user, StringComparison.Ordinal)
            ? await users.ScoreAsync(leaves, hold.Handle, cancellationToken).ConfigureAwait(false)
            : null;

        if (isListed && !await users.AddAsync(user!, hold.Handle, ListedFor(save), changes, cancellationToken).ConfigureAwait(false))
        {
            return SavedSession.Dropped;
        }

        var id = save.NeedsNewId ? new RedisSessionId(hold.Id.Family, save.NewId) : hold.Id;
        var reply = await sessions.CommitAsync(
            hold.Key,
            new()
            {
                Mode = !changes.IsFlushed ? RedisCommit.Update : goesOn ? RedisCommit.Replace : RedisCommit.End,
                Changes = changes,
                Lifetimes = lifetimes,
                Proof = hold.Proof,
                NewProof = save.NeedsNewId ? id.Proof() : null,
                BaseVersion = hold.Version,
                Deadline = sessions.DeadlineOf(hold, began),
                TurnToken = hold.Turn?.Token,
                LoginAge = users.AgeOf(changes),
                ListedFor = isListed ? (long)(ListedFor(save) - ListedLonger).TotalMilliseconds : null,
                Tenant = save.Tenant,
                EndsOthers = changes.IsFlushed && !changes.SetsUser,
            },
            cancellationToken).ConfigureAwait(false);

        // Two logins at once: each goes on under an id of its own. What follows a flush is a session of its own, whatever became of the one before.
        if (reply.Code == RedisReply.NewFamily || (reply.Code == RedisReply.Rotated && changes.SetsUser))
        {
            return await BeginAsync(save, changes.IsFlushed ? null : loaded.Record, cancellationToken).ConfigureAwait(false);
        }

        return Finish(save, hold, id, reply, user, isListed, left);
    }

    public async ValueTask<SavedSession> UpdateAsync(LoadedSession session, string key, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        var hold = session.Handle as RedisHold ?? throw new InvalidOperationException("A session that was never saved can't be updated in the store.");

        if (hold.Turn is not null)
        {
            return await UpdateAsync(session, hold, null, key, change, cancellationToken).ConfigureAwait(false);
        }

        // One request of this instance at a time: they would only make each other try again.
        var place = _turns.Rent(hold.Id.Family);

        try
        {
            var began = clock.GetTimestamp();
            var turn = await place.Turns.WaitAsync(cancellationToken).ConfigureAwait(false);

            try
            {
                sessions.CheckTime(began);
                return await UpdateAsync(session, hold, place, key, change, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                place.Turns.Release(turn);
            }
        }
        finally
        {
            _turns.Return(place);
        }
    }

    public void CheckSize(SessionSave save)
    {
        long size = 0;

        foreach (var (key, value) in save.Changes.ApplyTo(save.Changes.IsFlushed ? SessionRecord.NoFields : save.Loaded.Record?.Fields ?? SessionRecord.NoFields))
        {
            size += Encoding.UTF8.GetByteCount(key) + value.Length;
        }

        size += UserAfter(save) is { } user ? Encoding.UTF8.GetByteCount(user) : 0;

        if (size > maxBytes)
        {
            throw SessionTooLargeException.InStore((int)Math.Min(size, int.MaxValue), maxBytes);
        }
    }

    public void Release(object handle)
    {
        if (handle is RedisHold { Turn: { } turn } hold)
        {
            _redisTurns.End(hold.Key, turn);
        }
    }

    private async ValueTask<SavedSession> UpdateAsync(
        LoadedSession session,
        RedisHold hold,
        KeyedTurns.Place? place,
        string key,
        Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>> change,
        CancellationToken cancellationToken)
    {
        var old = place?.Last is { } last && last.Key == key ? last.Value
            : session.Record!.Fields.TryGetValue(key, out var loaded) ? loaded : default(ReadOnlyMemory<byte>?);

        while (true)
        {
            var changes = new SessionChanges();
            changes.Set(key, change(old));
            var save = new SessionSave(session, changes, default, clock.GetUtcNow().ToUnixTimeMilliseconds());
            CheckSize(save);
            var isListed = session.Record!.UserId is { } user && NeedsListing(save, hold);

            if (isListed)
            {
                await users.AddAsync(session.Record.UserId!, hold.Handle, ListedFor(save), null, cancellationToken).ConfigureAwait(false);
            }

            var reply = await sessions.CommitAsync(
                hold.Key,
                new()
                {
                    Mode = RedisCommit.Update,
                    Changes = changes,
                    Lifetimes = lifetimes,
                    Proof = hold.Proof,
                    BaseVersion = hold.Version,
                    Deadline = sessions.DeadlineOf(hold, clock.GetTimestamp()),
                    TurnToken = hold.Turn?.Token,
                    ListedFor = isListed ? (long)(ListedFor(save) - ListedLonger).TotalMilliseconds : null,
                    Condition = (key, old),
                },
                cancellationToken).ConfigureAwait(false);

            if (reply.Code == RedisReply.Changed)
            {
                old = reply.Value;
                continue;
            }

            if (place is not null && reply.Code == RedisReply.Saved)
            {
                place.Last = (key, changes.Fields![key]!.Value);
            }

            return Finish(save, hold, hold.Id, reply, session.Record.UserId, isListed);
        }
    }

    // A record in a slot of its own. Its user's list names it first.
    private async ValueTask<SavedSession> BeginAsync(SessionSave save, SessionRecord? origin, CancellationToken cancellationToken)
    {
        var changes = save.Changes;
        var record = changes.ApplyTo(origin, lifetimes, save.Now);

        if (record.IsEmpty)
        {
            return SavedSession.Emptied;
        }

        var id = new RedisSessionId(SessionId.New(), save.NewId);
        var hold = sessions.HoldOf(id);

        if (record.UserId is { } user && !await users.AddAsync(user, hold.Handle, ListedFor(save), changes, cancellationToken).ConfigureAwait(false))
        {
            return SavedSession.Dropped;
        }

        var reply = await sessions.CommitAsync(
            hold.Key,
            new()
            {
                Mode = RedisCommit.Create,
                Changes = changes,
                Lifetimes = lifetimes,
                Origin = origin,
                Age = origin is null ? 0 : Math.Max(0, save.Now - origin.CreatedAt),
                NewProof = hold.Proof,
                LoginAge = users.AgeOf(changes),
                ListedFor = record.UserId is null ? null : (long)(ListedFor(save) - ListedLonger).TotalMilliseconds,
                Tenant = save.Tenant,
            },
            cancellationToken).ConfigureAwait(false);

        return Finish(save with { Loaded = new(default, origin) }, hold, id, reply, record.UserId, isListed: record.UserId is not null);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A key of a session holds something else: who brings its cookie is a stranger (reason=damaged).", EventName = "Damaged")]
        public static partial void Damaged(ILogger logger);
    }
}
