using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Contrib.Session;

/// <summary>Where sessions are kept, how long they live, and what their cookie looks like.</summary>
public sealed class SessionOptions
{
    /// <summary>
    /// The secret that signs and encrypts cookies: text, or <c>base64:…</c>; 32 bytes or more. Default: none, then ASP.NET Core's data protection
    /// seals them. Used by the engine <see cref="SessionEngineKind.Signing"/>.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Former secrets, under the same rules as <see cref="Secret"/>: cookies that they sealed are still read. Default: none.</summary>
    public IList<string> SecretFallbacks { get; set; } = [];

    /// <summary>Where sessions are kept. Default: <see cref="SessionEngineKind.Signing"/>.</summary>
    public SessionEngineKind Engine { get; set; } = SessionEngineKind.Signing;

    /// <summary>The cookie's name. Default: <c>sessionid</c>.</summary>
    public string CookieName { get; set; } = "sessionid";

    /// <summary>
    /// How many seconds the cookie, and the session with it, lives after it was last saved. Default: 1209600, two weeks; <see langword="null"/>: until
    /// the browser closes, and on the server two weeks at most; at least one second.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int? CookieMaxAge { get; set; } = 14 * 24 * 60 * 60;

    /// <summary>The cookie's path. Default: <c>/</c>.</summary>
    public string CookiePath { get; set; } = "/";

    /// <summary>The cookie's domain. Default: none, which means the answering host alone.</summary>
    public string? CookieDomain { get; set; }

    /// <summary>Whether the cookie goes over https only. Default: <see cref="SessionCookieSecure.Auto"/>, as the request.</summary>
    public SessionCookieSecure CookieSecure { get; set; } = SessionCookieSecure.Auto;

    /// <summary>Whether scripts are kept from the cookie. Default: <see langword="true"/>.</summary>
    public bool CookieHttpOnly { get; set; } = true;

    /// <summary>Which requests of other sites carry the cookie. Default: <see cref="SameSiteMode.Lax"/>.</summary>
    public SameSiteMode CookieSameSite { get; set; } = SameSiteMode.Lax;

    /// <summary>
    /// The session ends when it was not used for so long. Each use renews it, written down at most once per tenth of this time or per minute,
    /// whichever is shorter. Default: none; at least one second.
    /// </summary>
    [DurationRange("1s")]
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>The session ends so long after it began, however much it is used. Default: none; at least one second.</summary>
    [DurationRange("1s")]
    public TimeSpan? AbsoluteTimeout { get; set; }

    /// <summary>Whether the data in a cookie is encrypted, not only signed. A cookie of the other kind is then foreign. Default: <see langword="true"/>.</summary>
    public bool Encrypt { get; set; } = true;

    /// <summary>
    /// The most bytes of the whole cookie: name, value and attributes. Default: 4096, which every browser keeps; 512 to 65536. What does not fit is
    /// refused with <see cref="SessionTooLargeException"/> when it is written.
    /// </summary>
    [Range(512, 65536)]
    public int MaxCookieBytes { get; set; } = 4096;

    /// <summary>How concurrent requests of one session share it, where there is a store. Default: <see cref="SessionConcurrency.Merge"/>.</summary>
    public SessionConcurrency Concurrency { get; set; } = SessionConcurrency.Merge;

    /// <summary>The most sessions that the engine <see cref="SessionEngineKind.Memory"/> keeps; beyond, those without a user that were renewed longest ago go first. Default: 100000; at least 100.</summary>
    [Range(100, int.MaxValue)]
    public int MaxSessions { get; set; } = 100_000;

    /// <summary>
    /// How many replicas of Redis must have a save before it counts: one that they don't have within <see cref="StoreTimeout"/> is a 503. Default: 0, the master's word is enough; at most 10. Not for a cluster.
    /// </summary>
    public int Durability { get; set; }

    /// <summary>
    /// The most bytes of keys and values of one session in a store outside this process. Default: 1048576, one MiB; 1024 to 67108864. What does not fit is refused with
    /// <see cref="SessionTooLargeException"/> when it is written.
    /// </summary>
    public int MaxStoredBytes { get; set; } = 1024 * 1024;

    /// <summary>How long a store outside this process may take to answer. Default: 250 ms; more than zero.</summary>
    [DurationRange("0s", MinimumIsExclusive = true)]
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What happens while the store can't be read. Default: <see cref="SessionStoreFailure.Closed"/>, a 503. What can't be saved is always a 503.</summary>
    public SessionStoreFailure OnStoreFailure { get; set; } = SessionStoreFailure.Closed;
}
