using RouteMiddleware.Contrib.Session.Cookies;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>Where sessions live. Whatever it throws counts as a failed store; a value that it can't read or trust is no session, and no error.</summary>
internal interface ISessionEngine
{
    /// <summary>
    /// Whether <see cref="LoadAsync"/> always ends at once, so that a session can be loaded by the first member that is used. Otherwise it must have
    /// been awaited before.
    /// </summary>
    bool LoadsAtOnce { get; }

    /// <summary>Whether loading may mean waiting for other requests of the session. The engine then bounds its calls to a store itself.</summary>
    bool TakesTurns { get; }

    /// <summary>Whether loading ends in time by itself, so that nobody need watch over it.</summary>
    bool BoundsLoads => TakesTurns;

    /// <summary>Whether there is a record outside the cookie, so that a field can be changed atomically.</summary>
    bool KeepsRecords { get; }

    /// <summary>Finds the session that the first valid cookie names. Never adopts an id that it doesn't know.</summary>
    ValueTask<LoadedSession> LoadAsync(CookieValues cookies, CancellationToken cancellationToken);

    /// <summary>Writes what changed: all of it or nothing.</summary>
    ValueTask<SavedSession> SaveAsync(SessionSave save, CancellationToken cancellationToken);

    /// <summary>Changes one field atomically: reads it, has it changed, and writes it if nobody was faster; again if someone was.</summary>
    ValueTask<SavedSession> UpdateAsync(LoadedSession session, string key, Func<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>> change, CancellationToken cancellationToken);

    /// <summary>Refuses, when a value is written, what <see cref="SaveAsync"/> could not save.</summary>
    /// <exception cref="SessionTooLargeException">The session would not fit.</exception>
    void CheckSize(SessionSave save);

    /// <summary>What those who manage sessions call this one; <see langword="null"/> where it has no record.</summary>
    string? HandleOf(LoadedSession session) => null;

    /// <summary>The request needs the session no longer. Called once for each <see cref="LoadedSession.Handle"/> that was loaded.</summary>
    void Release(object handle);
}
