namespace RouteMiddleware.Middleware.Cache;

/// <summary>A part of the store's items in the order in which the hand of the clock meets them. All of it under <see cref="Lock"/>.</summary>
internal sealed class MemoryCacheShard
{
    private MemoryCacheNode? _last;
    private MemoryCacheNode? _looked;

    public Lock Lock { get; } = new();

    public MemoryCacheNode? First { get; private set; }

    public void Append(MemoryCacheNode node)
    {
        (node.Previous, node.Next) = (_last, null);

        if (_last is { } last)
        {
            last.Next = node;
        }
        else
        {
            First = node;
        }

        _last = node;
    }

    /// <summary>Goes through the items one by one, over and over, whatever comes and goes.</summary>
    public MemoryCacheNode? Look()
    {
        var node = _looked ?? First;
        _looked = node?.Next;
        return node;
    }

    public void Remove(MemoryCacheNode node)
    {
        if (ReferenceEquals(_looked, node))
        {
            _looked = node.Next;
        }

        if (node.Previous is { } previous)
        {
            previous.Next = node.Next;
        }
        else
        {
            First = node.Next;
        }

        if (node.Next is { } next)
        {
            next.Previous = node.Previous;
        }
        else
        {
            _last = node.Previous;
        }

        (node.Previous, node.Next) = (null, null);
    }

    public void MoveToEnd(MemoryCacheNode node)
    {
        Remove(node);
        Append(node);
    }
}
