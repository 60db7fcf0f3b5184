namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Whether calls are let through; the numbers are those of the metric.</summary>
internal enum CircuitState
{
    Closed = 0,
    HalfOpen = 1,
    Open = 2,
}
