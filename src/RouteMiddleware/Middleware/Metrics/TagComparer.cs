using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Compares the tags of a measurement, as they came, with those that are known: a measurement makes no key of its own.</summary>
internal sealed class TagComparer : IEqualityComparer<Tag[]>, IAlternateEqualityComparer<ReadOnlySpan<Tag>, Tag[]>
{
    public static readonly TagComparer Instance = new();

    private TagComparer()
    {
    }

    public Tag[] Create(ReadOnlySpan<Tag> alternate) => alternate.ToArray();

    public bool Equals(Tag[]? x, Tag[]? y) => x is null || y is null ? ReferenceEquals(x, y) : Equals(x.AsSpan(), y);

    public int GetHashCode(Tag[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<Tag> alternate, Tag[] other)
    {
        if (alternate.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < alternate.Length; i++)
        {
            if (!string.Equals(alternate[i].Key, other[i].Key, StringComparison.Ordinal) || !Equals(alternate[i].Value, other[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    // The values tell tag sets of one instrument apart; its keys are nearly always the same.
    public int GetHashCode(ReadOnlySpan<Tag> alternate)
    {
        var hash = default(HashCode);

        foreach (var tag in alternate)
        {
            hash.Add(tag.Value);
        }

        return hash.ToHashCode();
    }
}
