using System.Collections.Concurrent;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>The users whose sessions were all ended on this instance: what was under way then must not bring one back. Bounded: beyond <see cref="Capacity"/> the oldest go first.</summary>
internal sealed class EndedUsers : ISessionDirectory
{
    private const int Capacity = 100_000;

    // No browser keeps a cookie for longer.
    private const long KeptFor = 400L * 24 * 60 * 60 * 1000;

    private readonly ConcurrentDictionary<string, Ending> _endings = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;
    private long _order;

    public EndedUsers(TimeProvider clock) => _clock = clock;

    /// <summary>Those who keep sessions in cookies have this and no other list.</summary>
    public bool KnowsSessions => false;

    /// <summary>The present moment, to compare with later ends.</summary>
    public long Moment() => Interlocked.Increment(ref _order);

    public bool WasEndedSince(string userId, long moment) => TryFind(userId, out var ending) && ending.Order > moment;

    public bool TryFind(string userId, out Ending ending)
    {
        ending = default;
        return !_endings.IsEmpty && _endings.TryGetValue(userId, out ending);
    }

    public void End(string userId, string? exceptHandle)
    {
        _endings[userId] = new(Moment(), _clock.GetUtcNow().ToUnixTimeMilliseconds(), exceptHandle);

        if (_endings.Count > Capacity)
        {
            foreach (var (user, _) in _endings.ToArray().OrderBy(static entry => entry.Value.Order).Take(Capacity / 10))
            {
                _endings.TryRemove(user, out _);
            }
        }
    }

    public void Sweep(long now)
    {
        foreach (var (user, ending) in _endings)
        {
            if (now - ending.At > KeptFor)
            {
                _endings.TryRemove(user, out _);
            }
        }
    }

    public Task<IReadOnlyList<SessionInfo>> ListAsync(string userId, string? currentHandle, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<SessionInfo>>([]);

    public Task<bool> EndAsync(string handle, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<int> EndAllAsync(string userId, string? exceptHandle, CancellationToken cancellationToken)
    {
        End(userId, exceptHandle);
        return Task.FromResult(0);
    }

    /// <summary>When a user's sessions were ended, in our own order and in Unix milliseconds, and which one was spared.</summary>
    internal readonly record struct Ending(long Order, long At, string? ExceptHandle);
}
