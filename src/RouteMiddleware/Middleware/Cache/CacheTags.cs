namespace RouteMiddleware.Middleware.Cache;

/// <summary>The tags of the answer that a request makes, in <c>HttpContext.Features</c> while it is made. A cache inside another adds to the same ones.</summary>
internal sealed class CacheTags
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _tags = new(StringComparer.Ordinal);

    /// <summary>How many caches stand around: an inner one has keys of its own, or it would wait for itself.</summary>
    public int Depth { get; set; }

    /// <summary>The name in the store: a tag that people wrote is never one that the cache made for an address.</summary>
    public static string Named(string tag) => "t:" + tag;

    public void Add(ReadOnlySpan<string> tags)
    {
        lock (_lock)
        {
            foreach (var tag in tags)
            {
                _tags.Add(Named(tag));
            }
        }
    }

    public void AddStored(string[] names)
    {
        lock (_lock)
        {
            _tags.UnionWith(names);
        }
    }

    public string[] ToArray()
    {
        lock (_lock)
        {
            return _tags.Count == 0 ? [] : [.. _tags];
        }
    }
}
