namespace RouteMiddleware.Testing;

/// <summary>What ran is not what a test expected. Every test framework shows its message: the expectation, and the whole way of the request.</summary>
public sealed class MiddlewareRecordException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was expected, and what ran.</param>
    public MiddlewareRecordException(string message)
        : base(message)
    {
    }
}
