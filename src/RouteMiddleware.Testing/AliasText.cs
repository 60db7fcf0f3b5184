namespace RouteMiddleware.Testing;

/// <summary>Aliases as the library compares them: <c>RateLimit</c>, <c>rate_limit</c> and <c>rate-limit</c> are one.</summary>
internal static class AliasText
{
    public static bool AreSame(string left, string right) => string.Equals(Bare(left), Bare(right), StringComparison.OrdinalIgnoreCase);

    private static string Bare(string alias) => alias.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
