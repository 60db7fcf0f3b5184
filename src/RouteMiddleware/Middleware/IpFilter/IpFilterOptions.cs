namespace RouteMiddleware.Middleware.IpFilter;

/// <summary>Who may come in, by address and by what the client calls itself. What is blocked stays blocked, whatever is allowed.</summary>
public sealed class IpFilterOptions
{
    /// <summary>
    /// The addresses and networks (<c>10.0.0.0/8</c>) that may come in; all others, and connections without an address, may not. Default: empty, everybody may.
    /// </summary>
    public IList<string> AllowedIps { get; set; } = [];

    /// <summary>The addresses and networks that may not come in. Default: empty.</summary>
    public IList<string> BlockedIps { get; set; } = [];

    /// <summary>Texts that no <c>User-Agent</c> may contain, compared without case. Default: empty. A courtesy to honest robots: any client can call itself as it likes.</summary>
    public IList<string> BlockedUserAgents { get; set; } = [];

    /// <summary>Whether a request without a <c>User-Agent</c>, or with an empty one, may come in. Default: <see langword="true"/>.</summary>
    public bool AllowEmptyUserAgent { get; set; } = true;
}
