using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>What all requests of one attachment share.</summary>
internal sealed class SessionRules
{
    /// <summary>Of this application alone: a refusal keeps what it found out about the application's problem details.</summary>
    public SessionRefusals Refusals { get; } = new();

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

    /// <summary>Where cookies are told of that were not taken.</summary>
    public RefusedCookies? Refused { get; init; }

    /// <summary>The users whose sessions were all ended.</summary>
    public required EndedUsers Ended { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Whether both keep the same sessions: the same cookie, read by the same kind of engine.</summary>
    public bool Keeps(SessionRules other) => Cookie.IsSame(other.Cookie) && Engine.GetType() == other.Engine.GetType();

    public long Now => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
