using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>A key together with the algorithms it may be used for. There is no way to ask the library for another one.</summary>
internal sealed class TokenKey
{
    public TokenKey(SecurityKey key, string? id, IReadOnlyList<string> algorithms)
    {
        Key = key;
        Id = id;
        Algorithms = algorithms;
        key.CryptoProviderFactory = new BoundCryptoProviderFactory(algorithms);
    }

    public SecurityKey Key { get; }

    /// <summary>The <c>kid</c> by which a token names it, or <see langword="null"/> where tokens need not or can't name it.</summary>
    public string? Id { get; }

    /// <summary>The only algorithms for which the key is used.</summary>
    public IReadOnlyList<string> Algorithms { get; }

    // The library asks the key's own factory: what our reader decided by the allow-list holds one floor below as well.
    private sealed class BoundCryptoProviderFactory(IReadOnlyList<string> algorithms) : CryptoProviderFactory
    {
        public override bool IsSupportedAlgorithm(string algorithm, SecurityKey key)
            => algorithms.Contains(algorithm, StringComparer.Ordinal) && base.IsSupportedAlgorithm(algorithm, key);
    }
}
