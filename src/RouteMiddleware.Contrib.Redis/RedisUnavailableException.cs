namespace RouteMiddleware.Contrib.Redis;

/// <summary>A call to Redis failed. The message holds no key, no value and no password.</summary>
public sealed class RedisUnavailableException : Exception
{
    /// <summary>Tells of a failed call.</summary>
    /// <param name="failure">Why it failed.</param>
    /// <param name="message">One sentence for people, without secrets.</param>
    /// <param name="innerException">What the client threw, if it did.</param>
    /// <param name="code">The first word of the error that Redis answered with, if it did.</param>
    public RedisUnavailableException(RedisFailure failure, string message, Exception? innerException = null, string? code = null)
        : base(message, innerException)
    {
        Failure = failure;
        Code = code;
    }

    /// <summary>Why the call failed.</summary>
    public RedisFailure Failure { get; }

    /// <summary>
    /// The first word of the error that Redis answered with: <c>OOM</c>, <c>READONLY</c>, <c>WRONGTYPE</c>, also where a script ran into it.
    /// <see langword="null"/> where it answered nothing.
    /// </summary>
    public string? Code { get; }

    /// <summary>Whether Redis may have carried the command out, or may still do so.</summary>
    public bool MayHaveRun => Failure is RedisFailure.Timeout or RedisFailure.ConnectionLost;
}
