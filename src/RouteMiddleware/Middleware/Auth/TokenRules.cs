using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>What a token must fulfil to be accepted at all, whatever its user may do then. Read once from the options.</summary>
internal sealed class TokenRules
{
    private const string AnyAudience = "*";

    private static readonly TimeSpan MostClockSkew = TimeSpan.FromSeconds(30);

    // RFC 7518, 3.2: the key is at least as long as the hash.
    private static readonly Dictionary<string, int> MinimumKeyBytes = new(StringComparer.Ordinal) { ["HS256"] = 32, ["HS384"] = 48, ["HS512"] = 64 };

    private TokenRules(AuthOptions options, IReadOnlyList<string> algorithms)
    {
        Algorithms = algorithms;
        Issuer = options.Issuer;
        Audience = options.Audience;
        ClockSkew = options.ClockSkew;
    }

    /// <summary>The keys of the secret, or <see langword="null"/> where there is an authority.</summary>
    public TokenKeys? SecretKeys { get; private init; }

    /// <summary>Who publishes the keys, or <see langword="null"/> where there is a secret.</summary>
    public IssuerAddress? Authority { get; private init; }

    public IReadOnlyList<string> Algorithms { get; }

    /// <summary>The issuer of the options; <see langword="null"/> means the authority's own name, and any with a secret.</summary>
    public string? Issuer { get; }

    public string? Audience { get; private init; }

    public TimeSpan ClockSkew { get; }

    /// <summary>Reads the rules; every fault is added, and then there are none.</summary>
    public static TokenRules? Read(AuthOptions options, ICollection<string> faults)
    {
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > MostClockSkew)
        {
            faults.Add($"{nameof(AuthOptions.ClockSkew)} must be from 0 to {MostClockSkew.TotalSeconds} seconds, but is {options.ClockSkew}.");
        }

        RefuseEmpty(options.Issuer, nameof(AuthOptions.Issuer), faults);
        RefuseEmpty(options.Audience, nameof(AuthOptions.Audience), faults);

        if (options.Authority is not null && !string.IsNullOrEmpty(options.Secret))
        {
            // With both, an issuer could be got around by whoever knows the secret, and nobody would see it in the settings.
            faults.Add($"{nameof(AuthOptions.Authority)} and {nameof(AuthOptions.Secret)} are both set: tokens come from the one or the other. Leave one of the keys out.");
        }

        return options.Authority is not null ? ReadWithAuthority(options, faults) : ReadWithSecret(options, faults);
    }

    private static TokenRules? ReadWithAuthority(AuthOptions options, ICollection<string> faults)
    {
        var algorithms = ReadAlgorithms(options, PublicKeyReader.Algorithms, [.. PublicKeyReader.Algorithms], faults);

        if (options.Audience is null)
        {
            faults.Add($"{nameof(AuthOptions.Audience)} is missing: beside {nameof(AuthOptions.Authority)} a token that its issuer made for another application would pass. Name this one, or set '{AnyAudience}' to accept them all.");
        }

        var authority = IssuerAddress.Read(options, faults);

        return faults.Count > 0 ? null : new TokenRules(options, algorithms)
        {
            Authority = authority,
            Audience = options.Audience is AnyAudience ? null : options.Audience,
        };
    }

    private static TokenRules? ReadWithSecret(AuthOptions options, ICollection<string> faults)
    {
        var algorithms = ReadAlgorithms(options, MinimumKeyBytes.Keys, ["HS256"], faults);

        if (string.IsNullOrEmpty(options.Secret))
        {
            faults.Add($"{nameof(AuthOptions.Secret)} is missing: set RouteMiddleware:Auth:Secret to at least 32 random bytes, or {nameof(AuthOptions.Authority)} to the address of an issuer, or register the authentication scheme '{options.Scheme}'.");
            return null;
        }

        var secret = SigningSecret.Read(options.Secret, algorithms.Max(static algorithm => MinimumKeyBytes.GetValueOrDefault(algorithm, 32)), faults);
        return faults.Count > 0 ? null : new TokenRules(options, algorithms) { SecretKeys = TokenKeys.FromSecret(secret!, algorithms) };
    }

    private static string[] ReadAlgorithms(AuthOptions options, IReadOnlyCollection<string> known, string[] defaults, ICollection<string> faults)
    {
        string[] algorithms = options.Algorithms is { Count: > 0 } named ? [.. named.Distinct(StringComparer.Ordinal)] : defaults;

        foreach (var algorithm in algorithms.Where(algorithm => !known.Contains(algorithm, StringComparer.Ordinal)))
        {
            faults.Add($"{nameof(AuthOptions.Algorithms)} must be of {string.Join(", ", known)}, but has '{algorithm}'.");
        }

        return algorithms;
    }

    private static void RefuseEmpty(string? value, string name, ICollection<string> faults)
    {
        // An empty text in the settings most often is a variable that was not set: it must not mean "any".
        if (value is not null && string.IsNullOrWhiteSpace(value))
        {
            faults.Add($"{name} is empty: name it, or leave the key out to accept any.");
        }
    }
}
