namespace RouteMiddleware.Contrib.Redis;

/// <summary>Why a call to Redis failed.</summary>
public enum RedisFailure
{
    /// <summary>There is no connection.</summary>
    NotConnected,

    /// <summary>No answer came in time. The command may still be carried out.</summary>
    Timeout,

    /// <summary>Calls failed so often that none is tried for a moment.</summary>
    CircuitOpen,

    /// <summary>The connection broke during the call. The command may have been carried out.</summary>
    ConnectionLost,

    /// <summary>Redis answered with an error: out of memory, read only, loading, busy, no permission.</summary>
    Refused,
}
