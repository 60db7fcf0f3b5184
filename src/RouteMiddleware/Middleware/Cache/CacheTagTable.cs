namespace RouteMiddleware.Middleware.Cache;

/// <summary>The tags in use, and the order of evictions. A tag that nothing carries is forgotten sooner or later, without an eviction being forgotten.</summary>
internal sealed class CacheTagTable
{
    private const int MaxUnused = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, CacheTag> _tags = new(StringComparer.Ordinal);
    private int _unused;
    private long _last;
    private long _all;

    // Whatever tag was forgotten was evicted here at the latest: an item that began earlier can't bring a forgotten tag.
    private long _forgotten;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _tags.Count;
            }
        }
    }

    public long Begin() => Volatile.Read(ref _last);

    public bool IsVoid(long begun, CacheTag[] tags)
    {
        if (begun < Volatile.Read(ref _all))
        {
            return true;
        }

        foreach (var tag in tags)
        {
            if (begun < tag.EvictedAt)
            {
                return true;
            }
        }

        return false;
    }

    public CacheTag[] Take(string[] names)
    {
        if (names.Length == 0)
        {
            return [];
        }

        var tags = new CacheTag[names.Length];

        lock (_lock)
        {
            for (var i = 0; i < names.Length; i++)
            {
                var tag = Find(names[i]);
                _unused -= tag.Uses++ == 0 ? 1 : 0;
                tags[i] = tag;
            }
        }

        return tags;
    }

    public void GiveBack(CacheTag[] tags)
    {
        if (tags.Length == 0)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var tag in tags)
            {
                _unused += --tag.Uses == 0 ? 1 : 0;
            }

            ForgetUnused();
        }
    }

    public void Evict(string name)
    {
        lock (_lock)
        {
            Find(name).EvictedAt = Next();
            ForgetUnused();
        }
    }

    public void EvictAll()
    {
        lock (_lock)
        {
            Volatile.Write(ref _all, Next());
        }
    }

    private long Next()
    {
        Volatile.Write(ref _last, _last + 1);
        return _last;
    }

    private CacheTag Find(string name)
    {
        if (!_tags.TryGetValue(name, out var tag))
        {
            tag = new(name, _forgotten);
            _tags.Add(name, tag);
            _unused++;
        }

        return tag;
    }

    private void ForgetUnused()
    {
        if (_unused <= MaxUnused)
        {
            return;
        }

        foreach (var (name, tag) in _tags)
        {
            if (tag.Uses == 0)
            {
                _forgotten = Math.Max(_forgotten, tag.EvictedAt);
                _tags.Remove(name);
            }
        }

        _unused = 0;
    }
}
