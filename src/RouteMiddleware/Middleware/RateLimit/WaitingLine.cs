namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The requests that wait for the permits of one partition, in the order in which they came. Its shard's lock guards it.</summary>
internal sealed class WaitingLine
{
    private readonly LinkedList<WaitingRequest> _requests = new();

    public int Count => _requests.Count;

    public WaitingRequest? First => _requests.First?.Value;

    /// <summary>Rings when the first one's permits are free.</summary>
    public ITimer? Timer { get; set; }

    public void Add(WaitingRequest request) => request.Place = _requests.AddLast(request);

    public void Remove(WaitingRequest request)
    {
        _requests.Remove(request.Place!);
        request.Place = null;
    }
}
