using System.Collections;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>One tenant as the feature and as the log scope. Holds nothing of a request: those of a list of known tenants are shared by all.</summary>
internal sealed class TenantFeature(string tenantId) : ITenantFeature, IReadOnlyList<KeyValuePair<string, object?>>
{
    public string TenantId { get; } = tenantId;

    public int Count => 1;

    public KeyValuePair<string, object?> this[int index]
        => index == 0 ? new("TenantId", TenantId) : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // What a console logger with scopes prints.
    public override string ToString() => $"TenantId:{TenantId}";
}
