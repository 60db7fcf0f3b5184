using System.Collections.Concurrent;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>The requests whose answers others wait for, by key. One for the application, so that attachments that were swapped still meet.</summary>
internal sealed class FillTable
{
    private readonly ConcurrentDictionary<string, Fill> _fills = new(StringComparer.Ordinal);

    public int Count => _fills.Count;

    /// <summary>How many wait at the moment.</summary>
    public int Waiters => _fills.Values.Sum(static fill => fill.Waiters);

    /// <summary>Makes the caller the one who runs, or tells whom to wait for.</summary>
    public bool TryBegin(string key, out Fill fill)
    {
        var own = new Fill(key);
        fill = _fills.GetOrAdd(key, own);
        return ReferenceEquals(fill, own);
    }

    public void End(Fill fill, FillOutcome outcome)
    {
        Remove(fill);
        fill.End(outcome);
    }

    public void Hand(Fill fill, HandedAnswer answer)
    {
        Remove(fill);
        fill.Hand(answer);
    }

    private void Remove(Fill fill) => _fills.TryRemove(new KeyValuePair<string, Fill>(fill.Key, fill));
}
