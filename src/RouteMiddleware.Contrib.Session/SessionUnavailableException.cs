namespace RouteMiddleware.Contrib.Session;

/// <summary>The store of the sessions did not answer, or refused. The request is answered with 503 unless it is caught.</summary>
public sealed class SessionUnavailableException : InvalidOperationException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What could not be done.</param>
    /// <param name="innerException">What the store said.</param>
    public SessionUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
