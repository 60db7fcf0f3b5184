using System.Buffers.Text;
using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>Signs tokens with the shared options, read at each call: after a change of the secret the next token has the new one.</summary>
internal sealed class JwtIssuer(ISharedOptions options, TimeProvider clock) : IJwtIssuer
{
    private const int IdBytes = 16;

    private static readonly string[] OwnClaims = ["exp", "nbf", "iat", "iss", "aud"];

    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        [ClaimTypes.NameIdentifier] = "sub",
        [ClaimTypes.Name] = "name",
        [ClaimTypes.Role] = "role",
    };

    private Signer? _signer;

    public string Issue(IEnumerable<Claim> claims, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(1));

        var now = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, DateTimeOffset.MaxValue - now);

        List<Claim> written = [.. claims.Select(Shorten)];

        if (written.Find(static claim => OwnClaims.Contains(claim.Type, StringComparer.Ordinal)) is { } taken)
        {
            throw new ArgumentException($"The issuer sets '{taken.Type}' itself: leave that claim out.", nameof(claims));
        }

        if (!written.Exists(static claim => string.Equals(claim.Type, "jti", StringComparison.Ordinal)))
        {
            written.Add(new Claim("jti", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes))));
        }

        var shared = options.Get<AuthOptions>("auth");
        var begins = now.UtcDateTime;
        var payload = new JwtPayload(shared.Issuer, shared.Audience, written, begins, begins + lifetime, begins);
        var token = new JwtSecurityTokenHandler().WriteToken(new JwtSecurityToken(new JwtHeader(SignerFor(shared).Credentials), payload));

        return token.Length <= TokenReader.MaxLength
            ? token
            : throw new InvalidOperationException($"The token would have {token.Length} characters, and 'auth' accepts {TokenReader.MaxLength}: put less into its claims.");
    }

    private static Claim Shorten(Claim claim)
        => ShortNames.TryGetValue(claim.Type, out var name) ? new Claim(name, claim.Value, claim.ValueType) : claim;

    private Signer SignerFor(AuthOptions shared)
    {
        // The library keeps what it derived from a key with the key: one made for each token would be left behind.
        if (_signer is { } current && current.Fits(shared))
        {
            return current;
        }

        if (!string.IsNullOrEmpty(shared.Authority))
        {
            throw new InvalidOperationException(
                $"No token can be issued with the section 'Auth': it has an {nameof(AuthOptions.Authority)}, whose tokens are issued there. Issuing needs {nameof(AuthOptions.Secret)} in its place.");
        }

        List<string> faults = [];
        var rules = TokenRules.Read(shared, faults)
            ?? throw new InvalidOperationException($"No token can be issued with the section 'Auth': {string.Join(" ", faults)}");

        return _signer = new Signer(shared, rules.SecretKeys!, rules.Algorithms[0]);
    }

    private sealed class Signer(AuthOptions shared, TokenKeys keys, string algorithm)
    {
        public SigningCredentials Credentials { get; } = new(keys.Find(algorithm, id: null)!.Key, algorithm);

        public bool Fits(AuthOptions current)
            => string.Equals(current.Secret, shared.Secret, StringComparison.Ordinal)
                && current.Algorithms.SequenceEqual(shared.Algorithms, StringComparer.Ordinal)
                && current.ClockSkew == shared.ClockSkew;
    }
}
