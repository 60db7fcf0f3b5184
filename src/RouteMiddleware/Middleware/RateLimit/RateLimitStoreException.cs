namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>An <see cref="IRateLimitStore"/> did not answer. The limits go by their <see cref="RateLimitOptions.OnStoreFailure"/>.</summary>
/// <param name="message">One sentence for the log, without secrets and without anything that callers wrote.</param>
/// <param name="innerException">What went wrong.</param>
public sealed class RateLimitStoreException(string message, Exception? innerException = null) : Exception(message, innerException);
