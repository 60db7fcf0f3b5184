namespace RouteMiddleware;

/// <summary>The tenant that a request belongs to, in <c>HttpContext.Features</c>: set by <c>tenant</c>, or by a middleware of the application's own.</summary>
public interface ITenantFeature
{
    /// <summary>The tenant's name. Checked: it is what other middleware may count, cache and log by.</summary>
    string TenantId { get; }
}
