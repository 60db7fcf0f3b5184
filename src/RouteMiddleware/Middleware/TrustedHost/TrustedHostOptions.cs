using System.ComponentModel.DataAnnotations;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>Under which host names the application answers.</summary>
public sealed class TrustedHostOptions
{
    /// <summary>
    /// The hosts, without scheme and port: names, addresses, <c>*.example.com</c> for all subdomains (not <c>example.com</c> itself), or <c>*</c> for every well-formed
    /// host. Default: none; required.
    /// </summary>
    [Required]
    public IList<string> AllowedHosts { get; set; } = [];

    /// <summary>Whether callers are redirected to the twin with or without <c>www.</c>, where that is allowed. Default: <see cref="WwwRedirect.None"/>.</summary>
    public WwwRedirect WwwRedirect { get; set; }

    /// <summary>Whether a request without a host passes, as probes send it. Default: <see langword="false"/>.</summary>
    public bool AllowEmptyHost { get; set; }
}
