using System.Diagnostics.CodeAnalysis;

namespace RouteMiddleware;

/// <summary>Compares aliases without case, <c>_</c> and <c>-</c>: <c>RateLimit</c>, <c>RATE_LIMIT</c> and <c>rate-limit</c> are one.</summary>
internal sealed class AliasComparer : IEqualityComparer<string>
{
    private AliasComparer()
    {
    }

    public static AliasComparer Instance { get; } = new();

    /// <summary>Whether a text has the form of an alias: a letter, then letters, digits, <c>_</c> and <c>-</c>, all ASCII.</summary>
    public static bool IsAlias(string text)
        => text.Length > 0
            && char.IsAsciiLetter(text[0])
            && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-');

    public bool Equals(string? x, string? y)
        => ReferenceEquals(x, y) || (x is not null && y is not null && string.Equals(Normalize(x), Normalize(y), StringComparison.Ordinal));

    public int GetHashCode([DisallowNull] string obj) => Normalize(obj).GetHashCode(StringComparison.Ordinal);

    private static string Normalize(string alias)
        => string.Concat(alias.Where(static letter => letter is not ('_' or '-')).Select(char.ToLowerInvariant));
}
