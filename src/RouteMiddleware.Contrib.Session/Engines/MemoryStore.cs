using System.Collections.Concurrent;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>The sessions in memory of one cookie name. Bounded, and swept of what has expired.</summary>
internal sealed class MemoryStore
{
    private readonly ConcurrentDictionary<SessionId, MemoryEntry> _entries = new();
    private readonly Lock _evicting = new();
    private int _count;
    private int _capacity;

    /// <summary>The number of sessions and of remembered rotations.</summary>
    public int Count => Volatile.Read(ref _count);

    public IEnumerable<MemoryEntry> Entries => _entries.Values;

    /// <summary>Makes room for at least that many: attachments of one cookie name share a store.</summary>
    public void Allow(int capacity)
    {
        lock (_evicting)
        {
            _capacity = Math.Max(_capacity, capacity);
        }
    }

    public bool TryFind(SessionId id, out MemoryEntry entry) => _entries.TryGetValue(id, out entry!);

    public void Add(MemoryEntry entry, long now)
    {
        if (!_entries.TryAdd(entry.Id, entry))
        {
            throw new InvalidOperationException("A random session id occurred twice: the random number generator is broken.");
        }

        if (Interlocked.Increment(ref _count) > Volatile.Read(ref _capacity))
        {
            MakeRoom(now);
        }
    }

    public void Remove(MemoryEntry entry)
    {
        if (_entries.TryRemove(new(entry.Id, entry)))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    public void Sweep(long now)
    {
        foreach (var (_, entry) in _entries)
        {
            lock (entry.Gate)
            {
                if (entry.End == EntryEnd.None && entry.Record.ExpiresAt <= now)
                {
                    entry.Close(EntryEnd.Gone, now);
                }

                if (entry.End == EntryEnd.None || (entry.End == EntryEnd.Rotated && now - entry.EndedAt < MemoryEntry.RotationGrace))
                {
                    continue;
                }
            }

            Remove(entry);
        }
    }

    // Sessions without a user go first, and among equals those that were renewed longest ago: bots must not push out who is logged in.
    private void MakeRoom(long now)
    {
        lock (_evicting)
        {
            if (Count <= _capacity)
            {
                return;
            }

            Sweep(now);

            // A twentieth at once, so that a full store is not sorted for every new session.
            var surplus = Count - (_capacity - (_capacity / 20));

            foreach (var entry in _entries.Values.OrderBy(static entry => entry.Record.UserId is not null).ThenBy(static entry => entry.Record.RenewedAt).Take(surplus).ToArray())
            {
                lock (entry.Gate)
                {
                    entry.Close(EntryEnd.Gone, now);
                }

                Remove(entry);
            }
        }
    }
}
