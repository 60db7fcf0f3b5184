namespace RouteMiddleware.Settings;

/// <summary>Gathers faults, each once, so that whoever starts the application mends them in one go.</summary>
internal sealed class FaultList
{
    private readonly Lock _lock = new();

    // Thousands of endpoints have a list, and hardly one of them a fault.
    private List<RouteMiddlewareFault>? _faults;
    private HashSet<RouteMiddlewareFault>? _known;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _faults?.Count ?? 0;
            }
        }
    }

    public void Add(string where, string what, string fix) => Add(new RouteMiddlewareFault(where, what, fix));

    public void Add(RouteMiddlewareFault fault)
    {
        lock (_lock)
        {
            if ((_known ??= []).Add(fault))
            {
                (_faults ??= []).Add(fault);
            }
        }
    }

    public RouteMiddlewareFault[] ToArray()
    {
        lock (_lock)
        {
            return _faults is null ? [] : [.. _faults];
        }
    }

    public void ThrowIfAny()
    {
        if (ToArray() is { Length: > 0 } faults)
        {
            throw new RouteMiddlewareException(faults);
        }
    }
}
