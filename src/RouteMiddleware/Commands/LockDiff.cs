namespace RouteMiddleware.Commands;

/// <summary>What differs between two sets of chains, route by route.</summary>
internal static class LockDiff
{
    /// <summary>The lines of the difference, each route that differs as a whole; none where nothing does.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<LockBlock> locked, IReadOnlyList<LockBlock> actual)
    {
        // Some routes share a name: those of the same chain are the same, and of the rest the first is compared with the first.
        var left = locked.ToLookup(static block => block.Name, StringComparer.Ordinal);
        var right = actual.ToLookup(static block => block.Name, StringComparer.Ordinal);

        foreach (var name in locked.Concat(actual).Select(static block => block.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (old, now) = Without(left[name], right[name]);

            for (var i = 0; i < Math.Max(old.Count, now.Count); i++)
            {
                var before = i < old.Count ? old[i] : null;
                var after = i < now.Count ? now[i] : null;
                yield return $"{(before is null ? '+' : after is null ? '-' : ' ')}{name}";

                foreach (var line in Compare(before?.Lines ?? [], after?.Lines ?? []))
                {
                    yield return line;
                }
            }
        }
    }

    private static (List<LockBlock> Old, List<LockBlock> Now) Without(IEnumerable<LockBlock> old, IEnumerable<LockBlock> now)
    {
        List<LockBlock> rest = [.. now];
        List<LockBlock> missing = [];

        foreach (var block in old)
        {
            var same = rest.FindIndex(other => other.Lines.SequenceEqual(block.Lines, StringComparer.Ordinal));

            if (same < 0)
            {
                missing.Add(block);
            }
            else
            {
                rest.RemoveAt(same);
            }
        }

        return (missing, rest);
    }

    // The longest common subsequence: chains are short.
    private static IEnumerable<string> Compare(IReadOnlyList<string> old, IReadOnlyList<string> now)
    {
        var common = new int[old.Count + 1, now.Count + 1];

        for (var i = old.Count - 1; i >= 0; i--)
        {
            for (var j = now.Count - 1; j >= 0; j--)
            {
                common[i, j] = string.Equals(old[i], now[j], StringComparison.Ordinal) ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var (left, right) = (0, 0);

        while (left < old.Count || right < now.Count)
        {
            if (left < old.Count && right < now.Count && string.Equals(old[left], now[right], StringComparison.Ordinal))
            {
                yield return $" {old[left]}";
                (left, right) = (left + 1, right + 1);
            }
            else if (left < old.Count && (right == now.Count || common[left + 1, right] >= common[left, right + 1]))
            {
                yield return $"-{old[left++]}";
            }
            else
            {
                yield return $"+{now[right++]}";
            }
        }
    }
}
