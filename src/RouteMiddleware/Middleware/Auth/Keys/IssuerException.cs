namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>An issuer's answer that can't be used. The message is ours and holds nothing of the answer: it goes to the log.</summary>
internal sealed class IssuerException(string message) : Exception(message);
