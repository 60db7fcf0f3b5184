using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Records;
using RouteMiddleware.Contrib.Session.Sealing;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>Keeps the session in the cookie itself. Nothing is stored but the ids of sessions that ended on this instance.</summary>
internal sealed class SigningEngine(
    ICookieSealer sealer,
    CookieShape cookie,
    SessionLifetimes lifetimes,
    int maxCookieBytes,
    RevokedSessions revoked,
    EndedUsers ended,
    RefusedCookies refused,
    TimeProvider clock) : ISessionEngine
{
    // How far the clocks of two instances may differ before a time stamp of the future is foreign.
    private const long Skew = 60 * 60 * 1000;

    // What the application's data protection revokes must not live on in our memory.
    private readonly RememberedCookies? _remembered = sealer is ProtectedSealer ? null : new();

    public bool LoadsAtOnce => true;

    public bool TakesTurns => false;

    public bool KeepsRecords => false;

    public string? HandleOf(LoadedSession session) => session.Record is null ? null : session.Id.ToString();

    public ValueTask<LoadedSession> LoadAsync(CookieValues cookies, CancellationToken cancellationToken)
    {
        var wasRotated = false;
        string? reason = null;

        while (cookies.TryNext(out var value))
        {
            if (value.IsEmpty)
            {
                continue;
            }

            if (!TryOpen(value, out var id, out var record))
            {
                reason = RefusedCookies.BadSignature;
                continue;
            }

            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();

            if (now >= record.ExpiresAt || record.RenewedAt > now + Skew)
            {
                reason ??= RefusedCookies.Expired;
            }
            else if (WasEnded(id, record))
            {
                reason ??= RefusedCookies.Ended;
            }
            else if (revoked.TryFind(id, out var revocation))
            {
                reason ??= RefusedCookies.Ended;
                wasRotated |= revocation.IsRotation && now - revocation.Since < MemoryEntry.RotationGrace;
            }
            else
            {
                return new(new LoadedSession(id, record));
            }
        }

        if (reason is not null)
        {
            refused.Report(reason);
        }

        return new(new LoadedSession(default, null, null, wasRotated));
    }

    public ValueTask<SavedSession> SaveAsync(SessionSave save, CancellationToken cancellationToken)
    {
        var (loaded, changes, _, now, _) = save;

        if ((loaded.WasRotated && !changes.SetsUser && !changes.IsFlushed) || WasEndedMeanwhile(save))
        {
            return new(SavedSession.Dropped);
        }

        // A cookie sealed in the very millisecond of an end would count as older than that.
        var user = changes.HasUser ? changes.UserId : loaded.Record?.UserId;
        now = user is not null && ended.TryFind(user, out var ending) ? Math.Max(now, ending.At + 1) : now;
        var record = changes.ApplyTo(loaded.Record, lifetimes, now, save.Tenant);

        if (record.IsEmpty)
        {
            Revoke(save, rotated: false);
            return new(SavedSession.Emptied);
        }

        var id = save.NeedsNewId ? save.NewId : loaded.Id;
        var value = sealer.Seal(SessionPayload.Write(id, record));
        ThrowIfTooLarge(value.Length);

        // Last, so that a save that fails ends nothing.
        if (changes.IsFlushed || changes.IsRotated)
        {
            Revoke(save, rotated: !changes.IsFlushed);
        }

        return new(new SavedSession(SaveOutcome.Saved, value, new(id, record)));
    }

    public ValueTask<SavedSession> UpdateAsync(LoadedSession session, string key, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
        => throw new NotSupportedException("A session in a cookie has no record that could be updated.");

    public void CheckSize(SessionSave save)
        => ThrowIfTooLarge(sealer.SealedLength(SessionPayload.SizeOf(save.Changes.ApplyTo(save.Loaded.Record, lifetimes, save.Now, save.Tenant))));

    public void Release(object handle)
    {
    }

    private bool TryOpen(ReadOnlySpan<char> value, out SessionId id, out SessionRecord record)
    {
        (id, record) = (default, null!);

        if (_remembered is not null && _remembered.TryFind(value, out id, out record))
        {
            return true;
        }

        if (!sealer.TryOpen(value, out var payload) || !SessionPayload.TryRead(payload, lifetimes, out id, out record))
        {
            return false;
        }

        _remembered?.Remember(value, id, record);
        return true;
    }

    private void ThrowIfTooLarge(int valueLength)
    {
        var size = cookie.Overhead + valueLength;

        if (size > maxCookieBytes)
        {
            throw new SessionTooLargeException(size, maxCookieBytes);
        }
    }

    private void Revoke(SessionSave save, bool rotated)
    {
        if (save.Loaded.Record is { } before)
        {
            // A concurrent request may have renewed the cookie just now: its longest life counts from this moment.
            var until = Math.Max(before.ExpiresAt, lifetimes.ExpiresAt(before.CreatedAt, save.Now, before.Lifetime));
            revoked.Revoke(save.Loaded.Id, until, save.Now, rotated);
        }
    }

    // All sessions of the user were ended after this cookie had been sealed.
    private bool WasEnded(SessionId id, SessionRecord record)
        => record.UserId is { } user && ended.TryFind(user, out var ending) && record.RenewedAt <= ending.At && ending.ExceptHandle != id.ToString();

    // A session that was flushed does not come back, and one that was rotated goes on under its new id alone; another login starts one of its own.
    private bool WasEndedMeanwhile(SessionSave save)
        => (save.Changes.SetsUser ? ended.WasEndedSince(save.Changes.UserId!, save.Changes.UserSetOrder)
                : !save.Changes.IsFlushed && save.Loaded.Record is { } before && WasEnded(save.Loaded.Id, before))
            || WasRevokedMeanwhile(save);

    private bool WasRevokedMeanwhile(SessionSave save)
        => save.Loaded.Record is not null
            && !save.Changes.IsFlushed
            && revoked.TryFind(save.Loaded.Id, out var revocation)
            && !(revocation.IsRotation && save.Changes.SetsUser);
}
