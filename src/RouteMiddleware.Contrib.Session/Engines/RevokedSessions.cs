using System.Collections.Concurrent;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>
/// The ids of cookie-held sessions that ended on this instance: a copied cookie is worthless here until it would have expired by itself. Bounded:
/// beyond <see cref="Capacity"/> the entries that would fall due first go first.
/// </summary>
internal sealed class RevokedSessions(int capacity = RevokedSessions.Capacity)
{
    public const int Capacity = 100_000;

    private readonly ConcurrentDictionary<SessionId, Revocation> _revoked = new();
    private readonly Lock _sweeping = new();
    private int _count;

    public void Revoke(SessionId id, long until, long now, bool rotated)
    {
        if (_revoked.TryAdd(id, new(until, now, rotated)))
        {
            if (Interlocked.Increment(ref _count) > capacity)
            {
                MakeRoom(now);
            }
        }
        else if (!rotated)
        {
            // An end is stronger than a rotation: its data must not go on under another id either.
            _revoked[id] = new(until, now, rotated);
        }
    }

    public bool TryFind(SessionId id, out Revocation revocation)
    {
        revocation = default;
        return Volatile.Read(ref _count) > 0 && _revoked.TryGetValue(id, out revocation);
    }

    public void Sweep(long now)
    {
        foreach (var (id, revocation) in _revoked)
        {
            if (revocation.Until <= now)
            {
                Remove(id);
            }
        }
    }

    private void MakeRoom(long now)
    {
        lock (_sweeping)
        {
            if (Volatile.Read(ref _count) <= capacity)
            {
                return;
            }

            Sweep(now);

            // A tenth at once, so that a full list is not sorted for every logout.
            var surplus = Volatile.Read(ref _count) - (capacity - (capacity / 10));

            foreach (var (id, _) in _revoked.ToArray().OrderBy(static entry => entry.Value.Until).Take(surplus))
            {
                Remove(id);
            }
        }
    }

    private void Remove(SessionId id)
    {
        if (_revoked.TryRemove(id, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Until when an id is refused, since when, and whether its session goes on under another.</summary>
    public readonly record struct Revocation(long Until, long Since, bool IsRotation);
}
