using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>Keeps sessions in the memory of this instance; the cookie holds the id alone.</summary>
internal sealed class MemoryEngine(MemoryStore store, SessionLifetimes lifetimes, bool takesTurns, EndedUsers ended, RefusedCookies refused, TimeProvider clock) : ISessionEngine
{
    // Taking turns means waiting, which no property can do.
    public bool LoadsAtOnce => !takesTurns;

    public bool TakesTurns => takesTurns;

    public bool KeepsRecords => true;

    public string? HandleOf(LoadedSession session) => EntryOf(session)?.Handle;

    public ValueTask<LoadedSession> LoadAsync(CookieValues cookies, CancellationToken cancellationToken)
    {
        var loaded = Find(cookies);
        return takesTurns && loaded.Handle is Hold hold ? TakeTurnAsync(loaded, hold, cancellationToken) : new(loaded);
    }

    public ValueTask<SavedSession> SaveAsync(SessionSave save, CancellationToken cancellationToken)
    {
        var (loaded, changes, _, now, _) = save;

        // Who ends all sessions of a user meanwhile means this one too.
        var since = changes.SetsUser ? changes.UserSetOrder : ended.Moment();

        if (EntryOf(loaded) is not { } entry)
        {
            if (loaded.WasRotated && !changes.SetsUser && !changes.IsFlushed)
            {
                return new(SavedSession.Dropped);
            }

            var first = Begin(save, null);

            return new(first.Session.Handle is MemoryEntry added ? Add(first, added, since, now) : first);
        }

        SavedSession saved;

        lock (entry.Gate)
        {
            saved = WasEnded(changes.UserId, since) ? SavedSession.Dropped : Save(save, entry);
        }

        // Outside the lock: making room takes the locks of others.
        return new(saved.Session.Handle is MemoryEntry begun && !ReferenceEquals(begun, entry) ? Add(saved, begun, since, now) : saved);
    }

    public ValueTask<SavedSession> UpdateAsync(LoadedSession session, string key, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken)
    {
        var entry = EntryOf(session) ?? throw new InvalidOperationException("A session that was never saved can't be updated in the store.");

        while (true)
        {
            var before = entry.Record;
            ReadOnlyMemory<byte>? old = before.Fields.TryGetValue(key, out var found) ? found : default(ReadOnlyMemory<byte>?);

            // The application's code runs outside the lock; if someone was faster, it runs again.
            var json = change(old);

            lock (entry.Gate)
            {
                if (entry.End != EntryEnd.None || !HasTurn(session))
                {
                    return new(SavedSession.Dropped);
                }

                if (IsSame(entry.Record, key, old))
                {
                    var changes = new SessionChanges();
                    changes.Set(key, json);
                    return new(Write(new(session, changes, default, clock.GetUtcNow().ToUnixTimeMilliseconds()), entry));
                }
            }
        }
    }

    public void CheckSize(SessionSave save)
    {
    }

    public void Release(object handle)
    {
        if (handle is Hold { Turn: > 0 } hold)
        {
            hold.Entry.Turns(clock).Release(hold.Turn);
        }
    }

    // Whoever ends all of a user's sessions tells so first, and looks for them then: what was not in the store yet sees it now.
    private SavedSession Add(SavedSession saved, MemoryEntry entry, long since, long now)
    {
        store.Add(entry, now);

        lock (entry.Gate)
        {
            if (!WasEnded(saved.Session.Record!.UserId, since))
            {
                return saved;
            }

            End(entry, now);
        }

        return SavedSession.Dropped;
    }

    private bool WasEnded(string? userId, long since) => userId is not null && ended.WasEndedSince(userId, since);

    private static MemoryEntry? EntryOf(LoadedSession session) => session.Handle switch
    {
        Hold hold => hold.Entry,
        MemoryEntry entry => entry,
        _ => null,
    };

    private static bool IsSame(SessionRecord record, string key, ReadOnlyMemory<byte>? old)
        => record.Fields.TryGetValue(key, out var value) ? old is { } known && value.Equals(known) : old is null;

    private LoadedSession Find(CookieValues cookies)
    {
        var wasRotated = false;
        string? reason = null;

        while (cookies.TryNext(out var value))
        {
            if (value.IsEmpty)
            {
                continue;
            }

            if (!SessionId.TryParse(value, out var id) || !store.TryFind(id, out var entry))
            {
                reason ??= RefusedCookies.UnknownId;
                continue;
            }

            var record = entry.Record;
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();

            if (now < record.ExpiresAt)
            {
                return new(id, record, takesTurns ? new Hold(entry) : entry);
            }

            wasRotated |= entry.End == EntryEnd.Rotated && now - entry.EndedAt < MemoryEntry.RotationGrace;
            reason = wasRotated ? RefusedCookies.Ended : RefusedCookies.Expired;
        }

        if (reason is not null)
        {
            refused.Report(reason);
        }

        return new(default, null, null, wasRotated);
    }

    private async ValueTask<LoadedSession> TakeTurnAsync(LoadedSession loaded, Hold hold, CancellationToken cancellationToken)
    {
        hold.Turn = await hold.Entry.Turns(clock).WaitAsync(cancellationToken).ConfigureAwait(false);
        var entry = hold.Entry;

        // What stood there when the request began to wait may be long past.
        lock (entry.Gate)
        {
            if (entry.End == EntryEnd.None)
            {
                return loaded with { Record = entry.Record };
            }
        }

        Release(hold);
        return new(default, null, null, WasRotated: entry.End == EntryEnd.Rotated);
    }

    private bool HasTurn(LoadedSession session) => session.Handle is not Hold hold || hold.Entry.Turns(clock).IsHeldBy(hold.Turn);

    private SavedSession Save(SessionSave save, MemoryEntry entry)
    {
        var (loaded, changes, _, now, _) = save;

        if (!HasTurn(loaded))
        {
            return SavedSession.Dropped;
        }

        if (changes.IsFlushed)
        {
            // Also where another request ended it before: what follows the flush is a session of its own.
            End(entry, now);
            return Begin(save, null);
        }

        if (entry.End == EntryEnd.None)
        {
            return changes.IsRotated ? Rotate(save, entry) : Write(save, entry);
        }

        // Two logins at once: each goes on under an id of its own, and the old one is dead. A mere rotation that comes late would make a second live id of
        // one session, and a session that is gone does not come back.
        return entry.End == EntryEnd.Rotated && changes.SetsUser ? Begin(save, loaded.Record) : SavedSession.Dropped;
    }

    private SavedSession Write(SessionSave save, MemoryEntry entry)
    {
        var record = save.Changes.ApplyTo(entry.Record, lifetimes, save.Now, save.Tenant);

        if (record.IsEmpty)
        {
            End(entry, save.Now);
            return SavedSession.Emptied;
        }

        entry.Record = record;
        return new(SaveOutcome.Saved, entry.Id.ToString(), save.Loaded with { Record = record });
    }

    private SavedSession Rotate(SessionSave save, MemoryEntry entry)
    {
        var begun = Begin(save, entry.Record, entry.Handle);

        if (begun.Outcome == SaveOutcome.Emptied)
        {
            End(entry, save.Now);
        }
        else
        {
            entry.Close(EntryEnd.Rotated, save.Now);
        }

        return begun;
    }

    // The caller adds what begins to the store, outside every lock.
    private SavedSession Begin(SessionSave save, SessionRecord? current, string? handle = null)
    {
        var record = save.Changes.ApplyTo(current, lifetimes, save.Now, save.Tenant);

        if (record.IsEmpty)
        {
            return SavedSession.Emptied;
        }

        return new(SaveOutcome.Saved, save.NewId.ToString(), new(save.NewId, record, new MemoryEntry(save.NewId, record, handle)));
    }

    private void End(MemoryEntry entry, long now)
    {
        entry.Close(EntryEnd.Gone, now);
        store.Remove(entry);
    }

    /// <summary>One request's place in the queue of a session.</summary>
    private sealed class Hold(MemoryEntry entry)
    {
        public MemoryEntry Entry { get; } = entry;

        public long Turn { get; set; }
    }
}
