namespace RouteMiddleware.Middleware.Auth;

/// <summary>What a token must fulfil to be accepted at all, whatever its user may do then. Read once from the options.</summary>
internal sealed class TokenRules
{
    private static readonly TimeSpan MostClockSkew = TimeSpan.FromSeconds(30);

    // RFC 7518, 3.2: the key is at least as long as the hash.
    private static readonly Dictionary<string, int> MinimumKeyBytes = new(StringComparer.Ordinal) { ["HS256"] = 32, ["HS384"] = 48, ["HS512"] = 64 };

    private TokenRules(TokenKeys keys, IReadOnlyList<string> algorithms, AuthOptions options)
    {
        Keys = keys;
        Algorithms = algorithms;
        Issuer = options.Issuer;
        Audience = options.Audience;
        ClockSkew = options.ClockSkew;
    }

    public TokenKeys Keys { get; }

    public IReadOnlyList<string> Algorithms { get; }

    public string? Issuer { get; }

    public string? Audience { get; }

    public TimeSpan ClockSkew { get; }

    /// <summary>Reads the rules; every fault is added, and then there are none.</summary>
    public static TokenRules? Read(AuthOptions options, ICollection<string> faults)
    {
        var before = faults.Count;

        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > MostClockSkew)
        {
            faults.Add($"{nameof(AuthOptions.ClockSkew)} must be from 0 to {MostClockSkew.TotalSeconds} seconds, but is {options.ClockSkew}.");
        }

        RefuseEmpty(options.Issuer, nameof(AuthOptions.Issuer), faults);
        RefuseEmpty(options.Audience, nameof(AuthOptions.Audience), faults);

        string[] algorithms = options.Algorithms is { Count: > 0 } named ? [.. named.Distinct(StringComparer.Ordinal)] : ["HS256"];

        foreach (var algorithm in algorithms.Where(static algorithm => !MinimumKeyBytes.ContainsKey(algorithm)))
        {
            faults.Add($"{nameof(AuthOptions.Algorithms)} must be of {string.Join(", ", MinimumKeyBytes.Keys)}, but has '{algorithm}'.");
        }

        if (string.IsNullOrEmpty(options.Secret))
        {
            faults.Add($"{nameof(AuthOptions.Secret)} is missing: set RouteMiddleware:Auth:Secret to at least 32 random bytes, or register the authentication scheme '{options.Scheme}'.");
            return null;
        }

        var secret = SigningSecret.Read(options.Secret, algorithms.Max(static algorithm => MinimumKeyBytes.GetValueOrDefault(algorithm, 32)), faults);
        return faults.Count > before ? null : new TokenRules(TokenKeys.FromSecret(secret!, algorithms), algorithms, options);
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
