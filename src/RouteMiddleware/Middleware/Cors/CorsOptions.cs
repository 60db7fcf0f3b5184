using System.ComponentModel.DataAnnotations;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>Which pages of other origins may call, how, and whether they may read the answers.</summary>
public sealed class CorsOptions
{
    /// <summary>
    /// Origins that are allowed: <c>https://app.example.com</c> (scheme and host in any case, no path, no slash at the end), with one <c>*</c> that stands for exactly one
    /// label of the host (<c>https://*.example.com</c>), <c>null</c> for pages without an origin, or <c>*</c> for all. Default: empty, none.
    /// </summary>
    public IList<string> AllowOrigins { get; set; } = [];

    /// <summary>
    /// A regular expression for further origins. The whole origin must match it, in any case; an unescaped dot matches any character. Lookarounds and
    /// back-references are refused at start, and it never matches <c>null</c>. Default: <see langword="null"/>, none.
    /// </summary>
    public string? AllowOriginRegex { get; set; }

    /// <summary>Methods that a preflight may ask for; <c>*</c> is any. Default: <c>GET</c>, <c>HEAD</c>, <c>POST</c>.</summary>
    public IList<string> AllowMethods { get; set; } = ["GET", "HEAD", "POST"];

    /// <summary>Request headers that a preflight may ask for, such as <c>Content-Type</c> for JSON; <c>*</c> is any. Default: empty, those that browsers send without asking.</summary>
    public IList<string> AllowHeaders { get; set; } = [];

    /// <summary>Whether pages may send cookies and other credentials. Not together with the origins <c>*</c> and <c>null</c>. Default: <see langword="false"/>.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>Response headers that a page's script may read; <c>*</c> is any, without <see cref="AllowCredentials"/> only. Default: empty, those that browsers always show.</summary>
    public IList<string> ExposeHeaders { get; set; } = [];

    /// <summary>How long a browser may remember the answer to a preflight, in seconds. Default: 600; at least 0.</summary>
    [Range(0, int.MaxValue)]
    public int MaxAge { get; set; } = 600;

    /// <summary>Whether public pages may call into a private network (<c>Access-Control-Request-Private-Network</c>). Default: <see langword="false"/>.</summary>
    public bool AllowPrivateNetwork { get; set; }

    /// <summary>
    /// Whether requests that may change something, and WebSocket handshakes, are refused with 403 where a browser sends them for a page of another origin that is not
    /// allowed: the Fetch standard lets some of them through without a preflight. Not together with the origin <c>*</c>. Default: <see langword="false"/>.
    /// </summary>
    public bool RequireCorsOrSameOrigin { get; set; }
}
