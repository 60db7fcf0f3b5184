namespace RouteMiddleware.Middleware.Tenant;

/// <summary>Where a request's tenant is read from, and which ones there are.</summary>
public sealed class TenantOptions
{
    internal const string DefaultPattern = "^[A-Za-z0-9_-]{1,64}$";

    /// <summary>
    /// Where the tenant is named; the first that names one decides: <c>claim:&lt;type&gt;</c> (of an authenticated user), <c>header:&lt;name&gt;</c>, <c>host</c> (its first label in front of
    /// a domain; <c>host:example.com</c>: the one label in front of that domain), <c>route:&lt;parameter&gt;</c>, <c>query:&lt;key&gt;</c>.
    /// Default: <c>claim:tenant_id</c>, <c>header:X-Tenant-ID</c>, <c>host</c>, <c>route:tenant</c>, <c>query:tenant_id</c>.
    /// </summary>
    public IList<string> Sources { get; set; } = ["claim:tenant_id", "header:X-Tenant-ID", "host", "route:tenant", "query:tenant_id"];

    /// <summary>Whether a request without a tenant is refused with 400. Default: <see langword="true"/>.</summary>
    public bool Required { get; set; } = true;

    /// <summary>
    /// Whether a tenant counts only where a claim of the authenticated user names it too; anything else is refused with 403. Default: <see langword="false"/>,
    /// the word of a caller without a tenant claim is taken.
    /// </summary>
    public bool RequireClaim { get; set; }

    /// <summary>
    /// What a tenant's name looks like: a regular expression that has to match the whole name, without look-around and back references. Default:
    /// <c>^[A-Za-z0-9_-]{1,64}$</c>. Whatever it lets pass becomes part of keys and log lines.
    /// </summary>
    public string Pattern { get; set; } = DefaultPattern;

    /// <summary>The tenants that there are, compared exactly. Default: <see langword="null"/>, any name that <see cref="Pattern"/> lets pass.</summary>
    public IList<string>? Known { get; set; }
}
