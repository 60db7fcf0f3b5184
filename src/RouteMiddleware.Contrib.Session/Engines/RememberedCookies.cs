using System.Runtime.InteropServices;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>
/// Cookies that were opened before: a browser sends the same one with every request. A fixed number of places, each for whoever came last, so that it
/// never grows. Only what was verified gets in; time and revocation are checked at each request all the same.
/// </summary>
internal sealed class RememberedCookies
{
    private const int Places = 1024;

    // Longer ones would make the memory for all places more than a dozen megabytes.
    private const int LongestValue = 4096;

    private readonly Entry?[] _places = new Entry?[Places];

    public bool TryFind(ReadOnlySpan<char> value, out SessionId id, out SessionRecord record)
    {
        // Seeded anew in each process: nobody can aim a guess at the place of another's cookie.
        var hash = string.GetHashCode(value, StringComparison.Ordinal);
        var entry = Volatile.Read(ref _places[(uint)hash % Places]);

        if (entry is not null && entry.Hash == hash && IsSame(entry.Value, value))
        {
            (id, record) = (entry.Id, entry.Record);
            return true;
        }

        (id, record) = (default, null!);
        return false;
    }

    public void Remember(ReadOnlySpan<char> value, SessionId id, SessionRecord record)
    {
        if (value.Length > LongestValue)
        {
            return;
        }

        var hash = string.GetHashCode(value, StringComparison.Ordinal);
        Volatile.Write(ref _places[(uint)hash % Places], new(hash, value.ToString(), id, record));
    }

    // In constant time for texts of one length, four characters at a step: a near miss tells nothing.
    private static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        var words = MemoryMarshal.Cast<char, ulong>(one);
        var others = MemoryMarshal.Cast<char, ulong>(other);
        var difference = 0UL;

        for (var i = 0; i < words.Length; i++)
        {
            difference |= words[i] ^ others[i];
        }

        for (var i = words.Length * 4; i < one.Length; i++)
        {
            difference |= (uint)(one[i] ^ other[i]);
        }

        return difference == 0;
    }

    private sealed record Entry(int Hash, string Value, SessionId Id, SessionRecord Record);
}
