namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>What an issuer publishes.</summary>
/// <param name="Issuer">Its name, as tokens have it in <c>iss</c>.</param>
/// <param name="KeySet">The JSON text of its key set.</param>
internal sealed record IssuerDocuments(string Issuer, byte[] KeySet)
{
    public bool Equals(IssuerDocuments? other)
        => other is not null && string.Equals(Issuer, other.Issuer, StringComparison.Ordinal) && KeySet.AsSpan().SequenceEqual(other.KeySet);

    public override int GetHashCode() => HashCode.Combine(Issuer, KeySet.Length);
}
