using System.Security.Claims;

namespace RouteMiddleware.Testing;

/// <summary>How a test's client tells its host who the user is. A host of production does not know the header.</summary>
internal static class TestUser
{
    public const string HeaderName = "X-Test-User";
    public const string Scheme = "RouteMiddleware.Testing";

    private static readonly string[] Subject = ["sub", "user_id", ClaimTypes.NameIdentifier];
    private static readonly string[] Name = ["name", "username", ClaimTypes.Name];
    private static readonly string[] Role = ["role", "roles", ClaimTypes.Role];

    /// <summary>The claims that a token of such a user would give, in every spelling.</summary>
    public static IEnumerable<Claim> ClaimsOf(string name, IEnumerable<string> roles)
        => Subject.Concat(Name).Select(type => new Claim(type, name)).Concat(roles.SelectMany(static role => Role.Select(type => new Claim(type, role))));

    public static string Write(IEnumerable<Claim> claims)
        => string.Join('&', claims.Select(static claim => $"{Uri.EscapeDataString(claim.Type)}={Uri.EscapeDataString(claim.Value)}"));

    public static ClaimsPrincipal Read(string header)
        => new(new ClaimsIdentity(header.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static text => text.Split('=', 2)).Select(static pair => new Claim(Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair[1]))), Scheme));
}
