using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>The request's tenant, as a handler parameter; <c>TenantId?</c> where <c>tenant</c> does not require one.</summary>
/// <param name="Value">The tenant's name, checked by <c>tenant</c>.</param>
[Requires("tenant")]
[StructLayout(LayoutKind.Auto)]
public readonly record struct TenantId(string Value)
{
    /// <summary>Hands the tenant to a handler that takes it as a parameter.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The tenant, or nothing where the request has none.</returns>
    public static ValueTask<TenantId?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(context.GetTenantId() is { } name ? new TenantId(name) : null);
    }

    /// <summary>The tenant's name.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
