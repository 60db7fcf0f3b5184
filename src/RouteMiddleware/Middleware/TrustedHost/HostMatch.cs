namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>Why a host is allowed.</summary>
internal enum HostMatch
{
    /// <summary>It is not.</summary>
    No,

    /// <summary>As a subdomain.</summary>
    Subdomain,

    /// <summary>Every host is.</summary>
    Any,

    /// <summary>By its name.</summary>
    Exact,
}
