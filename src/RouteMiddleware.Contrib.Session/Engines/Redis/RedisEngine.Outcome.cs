using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>What becomes of a commit, and when the list of its user needs an entry.</summary>
internal sealed partial class RedisEngine
{
    private SavedSession Finish(SessionSave save, RedisHold hold, RedisSessionId id, RedisReply reply, string? user, bool isListed, double? left = null)
    {
        switch (reply.Code)
        {
            case RedisReply.Saved:
                if (left is { } score && string.Equals(reply.UserBefore, save.Loaded.Record?.UserId, StringComparison.Ordinal))
                {
                    // Nobody waits for it: an entry of a session that is another's is harmless.
                    _ = users.RemoveAsync(reply.UserBefore!, hold.Handle, score);
                }

                return Saved(save, hold, id, reply, user, isListed);
            case RedisReply.Ended:
                if (reply.UserBefore is { } gone)
                {
                    // Nobody waits for it: an entry without a session is harmless.
                    _ = users.RemoveAsync(gone, hold.Handle);
                }

                return SavedSession.Emptied;
            case RedisReply.Late:
                throw new RedisUnavailableException(RedisFailure.Timeout, "Redis came to the session's commit too late, and did not carry it out.");
            case RedisReply.Ambiguous:
                throw new RedisUnavailableException(RedisFailure.ConnectionLost, "Whether Redis has carried out the session's commit can't be told.");
            case RedisReply.Damaged:
                Log.Damaged(logger);
                return SavedSession.Dropped;
            default:
                return SavedSession.Dropped;
        }
    }

    private SavedSession Saved(SessionSave save, RedisHold hold, RedisSessionId id, RedisReply reply, string? user, bool isListed)
    {
        var before = save.Changes.IsFlushed ? null : save.Loaded.Record;
        var expiresAt = sessions.ToOurs(reply.ExpiresAt, reply.ServerNow);
        var record = new SessionRecord
        {
            CreatedAt = sessions.ToOurs(reply.CreatedAt, reply.ServerNow),
            RenewedAt = sessions.ToOurs(reply.ServerNow, reply.ServerNow),
            ExpiresAt = expiresAt,
            Lifetime = reply.Lifetime,
            UserId = user,
            Tenant = before?.Tenant ?? save.Tenant,
            Fields = save.Changes.ApplyTo(before?.Fields ?? SessionRecord.NoFields),
        };
        var kept = new RedisHold(id, hold.Handle, hold.Key, id.Proof())
        {
            Version = reply.Version,
            ServerNow = reply.ServerNow,
            SeenAt = clock.GetTimestamp(),
            ListedUntil = isListed ? save.Now + (long)(ListedFor(save) - ListedLonger).TotalMilliseconds : hold.ListedUntil,
            Turn = hold.Turn,
        };

        return new(SaveOutcome.Saved, id.ToString(), new(id.Secret, record, kept));
    }

    // Twice as long as it will live now, so that a session that is used on and on is listed anew once in a life.
    private TimeSpan ListedFor(SessionSave save)
        => (2 * TimeSpan.FromMilliseconds(Math.Min(TimeSpan.MaxValue.TotalMilliseconds / 4, LifeAfter(save)))) + ListedLonger;

    private bool NeedsListing(SessionSave save, RedisHold hold)
        => save.Changes.SetsUser || save.Changes.IsFlushed || save.Now + LifeAfter(save) > hold.ListedUntil;

    private long LifeAfter(SessionSave save)
    {
        var before = save.Changes.IsFlushed ? null : save.Loaded.Record;
        return lifetimes.ExpiresAt(before?.CreatedAt ?? save.Now, save.Now, save.Changes.HasLifetime ? save.Changes.Lifetime : before?.Lifetime) - save.Now;
    }

    private static string? UserAfter(SessionSave save)
        => save.Changes.HasUser ? save.Changes.UserId : save.Changes.IsFlushed ? null : save.Loaded.Record?.UserId;
}
