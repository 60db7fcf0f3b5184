using System.Collections.Frozen;
using Microsoft.IdentityModel.Tokens;

namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>The keys that may have signed a token, as they were at one moment. What a token says of its key is looked up here, and used for nothing else.</summary>
internal sealed class TokenKeys
{
    private readonly SecurityKey[] _all;
    private readonly bool _heedsIds;
    private readonly FrozenDictionary<string, SecurityKey[]> _byId;
    private readonly FrozenDictionary<(string Id, string Algorithm), TokenKey> _named;

    // Null where several keys fit: guessing would try a token on keys that it does not name.
    private readonly FrozenDictionary<string, TokenKey?> _sole;

    private TokenKeys(IReadOnlyList<TokenKey> keys, bool heedsIds, string? issuer)
    {
        Dictionary<(string, string), TokenKey> named = [];
        Dictionary<string, TokenKey?> sole = new(StringComparer.Ordinal);

        foreach (var key in keys)
        {
            foreach (var algorithm in key.Algorithms)
            {
                sole[algorithm] = sole.ContainsKey(algorithm) ? null : key;

                if (key.Id is not null)
                {
                    named.TryAdd((key.Id, algorithm), key);
                }
            }
        }

        _all = [.. keys.Select(static key => key.Key)];
        _heedsIds = heedsIds;
        _byId = keys.Where(static key => key.Id is not null)
            .GroupBy(static key => key.Id!, static key => key.Key, StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
        _named = named.ToFrozenDictionary();
        _sole = sole.ToFrozenDictionary(StringComparer.Ordinal);
        Issuer = issuer;
    }

    /// <summary>Whose keys these are, by its own word; <see langword="null"/> for a secret.</summary>
    public string? Issuer { get; }

    public static TokenKeys FromSecret(byte[] secret, IReadOnlyList<string> algorithms)
        => new([new TokenKey(new SymmetricSecurityKey(secret), id: null, algorithms)], heedsIds: false, issuer: null);

    public static TokenKeys FromIssuer(IReadOnlyList<TokenKey> keys, string issuer) => new(keys, heedsIds: true, issuer);

    /// <summary>Whether a key has the name, whatever letters it is made of.</summary>
    public bool HasName(string id) => _byId.ContainsKey(id);

    /// <summary>The one key for a token of this algorithm that names this key, or none.</summary>
    public TokenKey? Find(string algorithm, string? id)
        => _heedsIds && id is not null ? _named.GetValueOrDefault((id, algorithm)) : _sole.GetValueOrDefault(algorithm);

    /// <summary>The same for the library, which asks without the algorithm; each key knows its own.</summary>
    public IEnumerable<SecurityKey> Resolve(string? id)
        => !_heedsIds || string.IsNullOrEmpty(id) ? _all : _byId.GetValueOrDefault(id, []);
}
