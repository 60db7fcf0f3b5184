namespace RouteMiddleware;

/// <summary>What a caller brings to show who he is, for documents. Two with the same values are the same.</summary>
public sealed record Credential
{
    private Credential(CredentialKind kind, string name, string? key, string? format)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Kind, Name, Key, Format) = (kind, name, key, format);
    }

    /// <summary>Where it stands in a request.</summary>
    public CredentialKind Kind { get; }

    /// <summary>Its name in documents, such as <c>Bearer</c>.</summary>
    public string Name { get; }

    /// <summary>The name of the cookie or header; <see langword="null"/> for <see cref="CredentialKind.Bearer"/>.</summary>
    public string? Key { get; }

    /// <summary>What a bearer token looks like, such as <c>JWT</c>; a hint for people.</summary>
    public string? Format { get; }

    /// <summary>What it is, in one sentence. Default: <see langword="null"/>.</summary>
    public string? Description { get; init; }

    /// <summary>A token in <c>Authorization</c>.</summary>
    /// <param name="name">The name in documents.</param>
    /// <param name="format">What the token looks like. Default: not said.</param>
    /// <returns>The credential.</returns>
    public static Credential Bearer(string name, string? format = null) => new(CredentialKind.Bearer, name, key: null, format);

    /// <summary>A cookie.</summary>
    /// <param name="name">The name in documents.</param>
    /// <param name="cookie">The cookie's name.</param>
    /// <returns>The credential.</returns>
    public static Credential Cookie(string name, string cookie) => new(CredentialKind.Cookie, name, cookie, format: null);

    /// <summary>A header of its own, such as <c>X-Api-Key</c>.</summary>
    /// <param name="name">The name in documents.</param>
    /// <param name="header">The header's name.</param>
    /// <returns>The credential.</returns>
    public static Credential Header(string name, string header) => new(CredentialKind.Header, name, header, format: null);
}
