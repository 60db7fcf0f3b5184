using RouteMiddleware;

namespace Microsoft.AspNetCore.Http;

/// <summary>Reads the request's tenant.</summary>
public static class TenantHttpContextExtensions
{
    /// <summary>The tenant that <c>tenant</c> found and checked.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The tenant's name, or <see langword="null"/> where the request has none.</returns>
    public static string? GetTenantId(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<ITenantFeature>()?.TenantId;
    }
}
