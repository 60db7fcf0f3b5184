using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>Reads from a request which tenant it names, and holds that against what is proven: the user's claims, and what an outer middleware found.</summary>
internal sealed class TenantReader
{
    private readonly List<TenantSource> _sources = [];
    private readonly TenantSource[] _claims;
    private readonly bool _requireClaim;

    public TenantReader(TenantOptions options, List<string> faults)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        foreach (var text in options.Sources ?? [])
        {
            if (TenantSource.Parse(text, out var rule) is not { } source)
            {
                faults.Add($"{nameof(options.Sources)} ('{text}') {rule}");
            }
            else if (seen.Add(text))
            {
                _sources.Add(source);
            }
            else
            {
                faults.Add($"{nameof(options.Sources)} must not name '{text}' twice.");
            }
        }

        if (options.Sources is null or { Count: 0 })
        {
            faults.Add($"{nameof(options.Sources)} must name at least one source.");
        }

        // Also where the claim is no source: a user of one tenant is no user of another.
        TenantSource[] claims = [.. _sources.OfType<TenantSource.ClaimOf>()];
        _claims = claims.Length > 0 ? claims : [new TenantSource.ClaimOf("tenant_id")];
        _requireClaim = options.RequireClaim;
    }

    public TenantFault Read(HttpContext context, out string? tenant)
    {
        tenant = null;

        // Exception handlers and status pages send the request through the pipeline again, without its route: by this its tenant is known.
        var found = context.Features.Get<ITenantFeature>()?.TenantId;
        var claimed = (string?)null;

        foreach (var claim in _claims)
        {
            if (!claim.TryRead(context, out var name))
            {
                return TenantFault.Ambiguous;
            }

            if (Differ(claimed, name))
            {
                return TenantFault.Mismatch;
            }

            claimed ??= name;
        }

        if (Differ(found, claimed))
        {
            return TenantFault.Mismatch;
        }

        var fault = ReadSources(context, claimed ?? found, ref tenant);
        tenant ??= found;

        return fault is TenantFault.None && tenant is not null && _requireClaim && claimed is null ? TenantFault.Mismatch : fault;
    }

    private static bool Differ(string? one, string? other) => one is not null && other is not null && !string.Equals(one, other, StringComparison.Ordinal);

    private TenantFault ReadSources(HttpContext context, string? proven, ref string? tenant)
    {
        foreach (var source in _sources)
        {
            if (!source.TryRead(context, out var name))
            {
                return TenantFault.Ambiguous;
            }

            // Every source is asked, not only the first that answers: a handler may read the tenant from another one.
            if (Differ(proven, name))
            {
                return TenantFault.Mismatch;
            }

            tenant ??= name;

            if (tenant is not null && proven is null)
            {
                break;
            }
        }

        return TenantFault.None;
    }
}
