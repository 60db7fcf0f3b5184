namespace RouteMiddleware.Contrib.Redis;

/// <summary>Why a call to Redis failed.</summary>
public enum RedisFailure
{
    /// <summary>There is no connection. The command was not sent.</summary>
    NotConnected,

    /// <summary>No answer came in time. The command may still be carried out.</summary>
    Timeout,

    /// <summary>Calls failed so often that none is tried for a moment. The command was not sent.</summary>
    CircuitOpen,

    /// <summary>The connection broke during the call. The command may have been carried out.</summary>
    ConnectionLost,

    /// <summary>Redis answered with an error, which <see cref="RedisUnavailableException.Code"/> names: out of memory, read only, loading, busy, no permission.</summary>
    Refused,

    /// <summary>So many calls wait for their answer that no further one is sent.</summary>
    Overloaded,
}
