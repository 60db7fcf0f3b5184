using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// One verifier for all attachments with the same rules: a token seen on one route is known on the next, and memory is bounded for the application, not per route.
/// After a change of the rules nobody holds the old verifier, and what it had seen goes with it.
/// </summary>
internal sealed class BearerVerifiers(IJwtDenyList denyList, IssuerKeySources sources, TimeProvider clock)
{
    private readonly Dictionary<Key, WeakReference<BearerVerifier>> _verifiers = new();
    private readonly Lock _lock = new();

    /// <summary>The verifier for these options; every broken rule is added to the faults, and then there is none.</summary>
    public BearerVerifier? Get(AuthOptions options, ICollection<string> faults)
    {
        if (TokenRules.Read(options, faults) is not { } rules)
        {
            return null;
        }

        var key = new Key(options.Secret, rules.Authority, rules.Issuer, rules.Audience, string.Join(' ', rules.Algorithms), rules.ClockSkew, options.Scheme);

        lock (_lock)
        {
            if (_verifiers.TryGetValue(key, out var known) && known.TryGetTarget(out var verifier))
            {
                return verifier;
            }

            foreach (var entry in _verifiers.Where(static entry => !entry.Value.TryGetTarget(out _)).ToArray())
            {
                _verifiers.Remove(entry.Key);
            }

            ITokenKeySource source = rules.Authority is { } authority ? sources.Get(authority) : new SecretKeySource(rules.SecretKeys!);
            verifier = new BearerVerifier(rules, source, options.Scheme, denyList, clock);
            _verifiers[key] = new WeakReference<BearerVerifier>(verifier);
            return verifier;
        }
    }

    private readonly record struct Key(string? Secret, IssuerAddress? Authority, string? Issuer, string? Audience, string Algorithms, TimeSpan ClockSkew, string Scheme);
}
