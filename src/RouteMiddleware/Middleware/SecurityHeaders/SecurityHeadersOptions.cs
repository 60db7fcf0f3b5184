using System.ComponentModel.DataAnnotations;

namespace RouteMiddleware.Middleware.SecurityHeaders;

/// <summary>Which headers stand on every answer to protect the browser's user.</summary>
public sealed class SecurityHeadersOptions
{
    internal const string DefaultPolicy = "default-src 'self'";

    /// <summary>
    /// Headers by name, merged over <c>X-Content-Type-Options</c>, <c>X-Frame-Options</c>, <c>X-XSS-Protection</c>, <c>Referrer-Policy</c>,
    /// <c>Permissions-Policy</c>, <c>Cross-Origin-Opener-Policy</c> and the two that have options of their own; an empty value removes one. Default: none, the
    /// built-in ones as they are.
    /// </summary>
    public IDictionary<string, string?> Headers { get; set; } = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether <c>Strict-Transport-Security</c> is sent, over https only. Default: <see langword="true"/>.</summary>
    public bool EnableHsts { get; set; } = true;

    /// <summary>How long browsers use https alone, in seconds. Default: 31536000, a year; zero makes them forget.</summary>
    [Range(0d, long.MaxValue)]
    public long HstsMaxAge { get; set; } = 31_536_000;

    /// <summary>Whether that holds for all subdomains too. Default: <see langword="true"/>.</summary>
    public bool HstsIncludeSubDomains { get; set; } = true;

    /// <summary>The value of <c>Content-Security-Policy</c>; empty sends none. Default: <c>default-src 'self'</c>.</summary>
    public string? ContentSecurityPolicy { get; set; } = DefaultPolicy;

    /// <summary>Whether a header that the endpoint set is replaced. Default: <see langword="false"/>, it stays.</summary>
    public bool Overwrite { get; set; }
}
