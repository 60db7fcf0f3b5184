using System.ComponentModel.DataAnnotations;

namespace RouteMiddleware.Middleware.ForwardedHeaders;

/// <summary>Whose <c>X-Forwarded-…</c> headers count, and how far.</summary>
public sealed class ForwardedHeadersOptions
{
    /// <summary>Addresses of proxies whose headers count. Default: <c>::1</c>.</summary>
    public IList<string> KnownProxies { get; set; } = ["::1"];

    /// <summary>Networks of such proxies, as <c>10.0.0.0/8</c>. Default: <c>127.0.0.0/8</c>.</summary>
    public IList<string> KnownNetworks { get; set; } = ["127.0.0.0/8"];

    /// <summary>How many entries are read, from the right. Default: 1; at least 1. Each but the first counts only where the one to its right is a known proxy.</summary>
    [Range(1, int.MaxValue)]
    public int ForwardLimit { get; set; } = 1;

    /// <summary>The host names that <c>X-Forwarded-Host</c> may set; <c>*.example.com</c> means subdomains, <c>*</c> any. Default: none, the header does not count.</summary>
    public IList<string> AllowedHosts { get; set; } = [];
}
