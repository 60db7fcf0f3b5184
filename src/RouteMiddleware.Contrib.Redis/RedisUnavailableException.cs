namespace RouteMiddleware.Contrib.Redis;

/// <summary>A call to Redis failed. The message holds no key, no value and no password.</summary>
public sealed class RedisUnavailableException : Exception
{
    /// <summary>Tells of a failed call.</summary>
    /// <param name="failure">Why it failed.</param>
    /// <param name="message">One sentence for people, without secrets.</param>
    /// <param name="innerException">What the client threw, if it did.</param>
    public RedisUnavailableException(RedisFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
        => Failure = failure;

    /// <summary>Why the call failed.</summary>
    public RedisFailure Failure { get; }

    /// <summary>Whether Redis may have carried the command out, or may still do so.</summary>
    public bool MayHaveRun => Failure is RedisFailure.Timeout or RedisFailure.ConnectionLost;
}
