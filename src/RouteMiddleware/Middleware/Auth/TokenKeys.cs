using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>The keys that may have signed a token.</summary>
internal sealed class TokenKeys(IReadOnlyList<TokenKey> keys)
{
    public IEnumerable<SecurityKey> SecurityKeys { get; } = [.. keys.Select(static key => key.Key)];

    public static TokenKeys FromSecret(byte[] secret, IReadOnlyList<string> algorithms)
        => new([new TokenKey(new SymmetricSecurityKey(secret), id: null, algorithms)]);

    public bool HasAlgorithm(string algorithm) => keys.Any(key => key.Algorithms.Contains(algorithm, StringComparer.Ordinal));

    public bool HasKey(string algorithm, string? id)
        => keys.Any(key => (key.Id is null || id is null || string.Equals(key.Id, id, StringComparison.Ordinal)) && key.Algorithms.Contains(algorithm, StringComparer.Ordinal));
}
