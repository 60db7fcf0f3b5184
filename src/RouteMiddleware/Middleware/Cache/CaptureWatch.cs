namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// Somebody waits on this thread until the handler gives it back: what the handler flushes meanwhile can be put off until then, for either the handler goes on
/// and it is sent at once, or the answer is whole.
/// </summary>
internal sealed class CaptureWatch(int thread)
{
    public int Thread { get; } = thread;

    /// <summary>Whether something was put off.</summary>
    public bool IsPending { get; set; }
}
