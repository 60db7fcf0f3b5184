using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>What all requests of one attachment share.</summary>
internal sealed class SessionRules
{
    public static readonly Refusal StoreFailed = new(
        503,
        "session_unavailable",
        "Session unavailable",
        "The session can't be read or saved at the moment; nothing of this request was kept.");

    public static readonly Refusal TooLarge = new(
        413,
        "session_too_large",
        "Session too large",
        "What this request would add does not fit into the session; nothing of it was kept.");

    public static readonly Refusal NeedsHttps = new(
        500,
        "session_needs_https",
        "Session needs https",
        "The session's cookie can only be sent over https, but this request came over http.");

    public required ISessionEngine Engine { get; init; }

    public required CookieShape Cookie { get; init; }

    public required SessionLifetimes Lifetimes { get; init; }

    public required SessionJson Json { get; init; }

    public required TimeProvider Clock { get; init; }

    public required StoreCalls Store { get; init; }

    /// <summary>Whether a request goes on without a session while the store can't be read.</summary>
    public required bool Degrades { get; init; }

    /// <summary>Whether the application's programmers are its users: they see exceptions in place of refusals where these have a type.</summary>
    public required bool InDevelopment { get; init; }

    public required ILogger Logger { get; init; }

    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
