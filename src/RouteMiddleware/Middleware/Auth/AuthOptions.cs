namespace RouteMiddleware.Middleware.Auth;

/// <summary>Which bearer tokens are accepted, and what their user must be allowed to do.</summary>
[ArgumentFormat(@"[^,\s][^,]*(,\s*[^,\s][^,]*)*", "admin,editor")]
public sealed class AuthOptions : IAcceptArgument
{
    /// <summary>
    /// The key that signs and checks tokens (HS256): text, or bytes as <c>base64:…</c>. Default: none. At least 32 bytes, and no well-known or repeated text.
    /// Not needed where the application itself registered <see cref="Scheme"/>; not allowed beside <see cref="Authority"/>.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>
    /// The address of an OpenID Connect issuer, whose published keys check tokens (RS256, ES256 and their kin). Default: <see langword="null"/>, tokens are checked by <see cref="Secret"/>.
    /// The issuer's discovery document must name exactly this issuer; a slash at the end makes no difference.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>Whether the issuer's documents must come by https. Default: <see langword="true"/>. <see langword="false"/> is for development alone.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;

    /// <summary>The <c>iss</c> that a token must have, compared exactly. Default: <see langword="null"/>, the issuer that <see cref="Authority"/> names, and any with <see cref="Secret"/>.</summary>
    public string? Issuer { get; set; }

    /// <summary>
    /// The <c>aud</c> that a token must have or list, compared exactly. Default: <see langword="null"/>, any. Beside <see cref="Authority"/> it must be set,
    /// because one issuer serves many applications; <c>*</c> says there that a token for any of them may pass.
    /// </summary>
    public string? Audience { get; set; }

    /// <summary>
    /// The signature algorithms that are accepted. With <see cref="Secret"/> <c>HS256</c>, <c>HS384</c>, <c>HS512</c>: default none named, which means HS256; the first one signs what the
    /// application issues. With <see cref="Authority"/> <c>RS256</c>, <c>PS256</c>, <c>ES256</c> and each with 384 and 512: default none named, which means all of these.
    /// </summary>
    public IList<string> Algorithms { get; set; } = [];

    /// <summary>How far the clocks of issuer and application may be apart. Default: 30 seconds; that is also the most.</summary>
    [DurationRange("0s", "30s")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Roles of which the user must have one, compared exactly. Default: none needed. The argument of <c>auth:admin,editor</c> sets them.</summary>
    public IList<string> Roles { get; set; } = [];

    /// <summary>Scopes of which the token must have every one, compared exactly. Default: none needed.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>The name of an ASP.NET Core authorization policy that the user must fulfil. Default: <see langword="null"/>, none.</summary>
    public string? Policy { get; set; }

    /// <summary>The name of a parameter of the handler: its bound argument is the resource that <see cref="Policy"/> is asked about. Default: <see langword="null"/>, the request itself.</summary>
    public string? Resource { get; set; }

    /// <summary>The name of the authentication scheme. Default: <c>Bearer</c>. One that the application registered under this name is used as it is; any other name than <c>Bearer</c> must be registered.</summary>
    public string Scheme { get; set; } = DefaultScheme;

    internal const string DefaultScheme = "Bearer";

    /// <summary>Whether the entry had an argument: <c>optional_auth</c> reads the same section, but asks for no roles.</summary>
    internal bool HasArgument { get; private set; }

    /// <summary>Sets <see cref="Roles"/>.</summary>
    /// <param name="argument">Names of roles with commas between them.</param>
    /// <exception cref="FormatException">A name is empty.</exception>
    public void ApplyArgument(string argument)
    {
        ArgumentNullException.ThrowIfNull(argument);

        var roles = argument.Split(',', StringSplitOptions.TrimEntries);

        if (Array.Exists(roles, static role => role.Length == 0))
        {
            throw new FormatException($"'{argument}' is no list of roles: write their names with commas between them (auth:admin,editor).");
        }

        Roles = roles;
        HasArgument = true;
    }
}
