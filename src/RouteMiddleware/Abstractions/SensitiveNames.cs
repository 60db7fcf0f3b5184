using System.Buffers;
using System.Collections.Frozen;

namespace RouteMiddleware;

/// <summary>
/// Names whose values no log may hold. Compared by letters and digits alone, ignoring case: <c>api_key</c>, <c>Api-Key</c> and <c>apiKey</c> are the same name.
/// A name of five letters or more also counts where it is part of a longer one: <c>newPassword</c>, <c>csrf_token</c>. <c>*</c> is any name.
/// </summary>
internal sealed class SensitiveNames
{
    private const int ShortestPart = 5;
    private const int LongestName = 128;

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _whole;
    private readonly SearchValues<string> _parts;
    private readonly bool _any;

    public SensitiveNames(IReadOnlyCollection<string> names)
    {
        _any = names.Any(static name => name is "*");
        var letters = names.Select(Letters).Where(static name => name.Length > 0).ToArray();
        _whole = letters.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _parts = SearchValues.Create([.. letters.Where(static name => name.Length >= ShortestPart)], StringComparison.Ordinal);
    }

    public bool Match(ReadOnlySpan<char> name)
    {
        // Nobody names a field like that; whoever does so hides something.
        if (_any || name.Length > LongestName)
        {
            return true;
        }

        Span<char> buffer = stackalloc char[LongestName];
        ReadOnlySpan<char> letters = buffer[..Letters(name, buffer)];
        return _whole.Contains(letters) || letters.ContainsAny(_parts);
    }

    /// <summary>Whether an entry of a list can match anything.</summary>
    public static bool IsEntry(string? name) => name is "*" || (name?.Any(char.IsLetterOrDigit) ?? false);

    private static string Letters(string name)
    {
        var buffer = new char[name.Length];
        return new string(buffer, 0, Letters(name, buffer));
    }

    private static int Letters(ReadOnlySpan<char> name, Span<char> letters)
    {
        var count = 0;

        foreach (var letter in name)
        {
            if (char.IsLetterOrDigit(letter))
            {
                letters[count++] = char.ToLowerInvariant(letter);
            }
        }

        return count;
    }
}
