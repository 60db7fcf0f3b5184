namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>What a host is.</summary>
internal enum HostKind
{
    Name,
    IPv4,
    IPv6,
}
