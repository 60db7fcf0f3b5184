namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>An OpenID Connect issuer: the name it must give itself, and where it may keep its documents.</summary>
/// <param name="Name">The authority without its trailing slash.</param>
/// <param name="RequireHttps">Whether every document must come by https.</param>
internal sealed record IssuerAddress(string Name, bool RequireHttps)
{
    public Uri Discovery { get; } = new(Name + "/.well-known/openid-configuration");

    /// <summary>Reads the authority of the options; every broken rule is added to the faults, and then there is none.</summary>
    public static IssuerAddress? Read(AuthOptions options, ICollection<string> faults)
    {
        const string Option = nameof(AuthOptions.Authority);

        if (string.IsNullOrWhiteSpace(options.Authority))
        {
            faults.Add($"{Option} is empty: name the issuer's address, or leave the key out and set {nameof(AuthOptions.Secret)}.");
            return null;
        }

        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            // Not shown: what is no address may be a secret under the wrong key.
            faults.Add($"{Option} is no address of the form https://issuer.example.");
            return null;
        }

        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            faults.Add($"{Option} has a user, a query or a fragment: write the issuer's plain address, of the form https://issuer.example.");
            return null;
        }

        if (options.RequireHttpsMetadata && address.Scheme != Uri.UriSchemeHttps)
        {
            faults.Add($"{Option} is '{options.Authority}', but must begin with https: whoever can change the answer on its way signs tokens himself. For development alone set {nameof(AuthOptions.RequireHttpsMetadata)} to false.");
            return null;
        }

        return new IssuerAddress(options.Authority.TrimEnd('/'), options.RequireHttpsMetadata || address.Scheme == Uri.UriSchemeHttps);
    }

    /// <summary>Whether a document's own name for its issuer is this one; a slash at the end makes no difference, anything else does.</summary>
    public bool IsNamed(string issuer) => string.Equals(issuer.EndsWith('/') ? issuer[..^1] : issuer, Name, StringComparison.Ordinal);

    /// <summary>Whether the key set may be fetched from there. Large issuers keep theirs on another host.</summary>
    public bool Allows(Uri keySet)
        => keySet.UserInfo.Length == 0 && (keySet.Scheme == Uri.UriSchemeHttps || (!RequireHttps && keySet.Scheme == Uri.UriSchemeHttp));
}
