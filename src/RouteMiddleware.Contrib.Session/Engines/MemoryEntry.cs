using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>One session in memory. Its record is replaced, never changed, under <see cref="Gate"/>; readers take it without the lock.</summary>
internal sealed class MemoryEntry(SessionId id, SessionRecord record, string? handle = null)
{
    /// <summary>For how long, in milliseconds, a rotated id is remembered: its late requests are strangers, but their answers set no cookie over the new one.</summary>
    public const long RotationGrace = 10_000;

    private volatile SessionRecord _record = record;
    private SessionTurns? _turns;
    private string? _handle = handle;

    public SessionId Id { get; } = id;

    /// <summary>What those who manage sessions call it; stays when the id is rotated.</summary>
    public string Handle => _handle ?? Interlocked.CompareExchange(ref _handle, SessionId.New().ToString(), null) ?? _handle;

    public Lock Gate { get; } = new();

    public SessionRecord Record
    {
        get => _record;
        set => _record = value;
    }

    /// <summary>Whether the session is over, and in which way. Changed under <see cref="Gate"/> only.</summary>
    public EntryEnd End { get; private set; }

    /// <summary>When it was rotated, in Unix milliseconds.</summary>
    public long EndedAt { get; private set; }

    /// <summary>The queue of the requests that take turns.</summary>
    public SessionTurns Turns(TimeProvider clock)
        => _turns ?? Interlocked.CompareExchange(ref _turns, new(clock), null) ?? _turns;

    public void Close(EntryEnd end, long now)
    {
        End = end;
        EndedAt = now;
        // The last reader may hold the entry for long; the data need not stay with it.
        _record = new() { CreatedAt = 0, RenewedAt = 0, ExpiresAt = 0 };
    }
}
