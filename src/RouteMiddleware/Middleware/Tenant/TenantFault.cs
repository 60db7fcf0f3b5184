namespace RouteMiddleware.Middleware.Tenant;

/// <summary>Why a request's tenant is not taken.</summary>
internal enum TenantFault
{
    None,

    /// <summary>No source names one.</summary>
    Missing,

    /// <summary>One source names several.</summary>
    Ambiguous,

    /// <summary>What is named is no tenant.</summary>
    Unknown,

    /// <summary>Two that must agree do not.</summary>
    Mismatch,
}
