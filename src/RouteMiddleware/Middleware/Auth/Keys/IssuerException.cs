namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>An issuer's answer that can't be used. The message goes to the log: what it quotes of the answer is escaped.</summary>
internal sealed class IssuerException(string message) : Exception(message);
