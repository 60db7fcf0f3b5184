using System.Collections.Concurrent;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>The deny list of one process. Holds an entry for as long as its token could still be accepted.</summary>
internal sealed class MemoryJwtDenyList(TimeProvider clock) : IJwtDenyList
{
    // A token is accepted a clock skew longer than it says: an entry that went with 'exp' would let it in again.
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _revoked = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private volatile bool _isUsed;
    private int _sweepAt = 1024;

    public int Count => _revoked.Count;

    public void Revoke(string jti, DateTimeOffset until)
    {
        ArgumentException.ThrowIfNullOrEmpty(jti);

        _isUsed = true;

        // A second call may lengthen the entry and never shortens it.
        _revoked.AddOrUpdate(jti, static (_, end) => end, static (_, old, end) => old > end ? old : end, until);

        lock (_lock)
        {
            if (_revoked.Count >= _sweepAt)
            {
                Sweep(clock.GetUtcNow());
                _sweepAt = Math.Max(1024, _revoked.Count * 2);
            }
        }
    }

    // An entry past its time is as good as one that was swept: the token has expired by then, whichever is asked first.
    public bool IsRevoked(string jti) => _isUsed && _revoked.ContainsKey(jti);

    private void Sweep(DateTimeOffset now)
    {
        foreach (var entry in _revoked)
        {
            if (now - Grace > entry.Value)
            {
                _revoked.TryRemove(entry);
            }
        }
    }
}
