namespace RouteMiddleware;

/// <summary>Finds the known name that a mistyped one most likely meant.</summary>
internal static class NearestName
{
    /// <summary>A sentence that names the nearest candidate, or all of them where none is near.</summary>
    public static string Advice(string name, IEnumerable<string> candidates)
    {
        var known = candidates.Order(StringComparer.OrdinalIgnoreCase).ToArray();
        var nearest = known.MinBy(candidate => Distance(name, candidate));

        if (nearest is not null && Distance(name, nearest) <= Math.Max(2, name.Length / 3))
        {
            return $"Did you mean '{nearest}'?";
        }

        return known.Length == 0 ? "None is known." : $"Known are: {string.Join(", ", known)}.";
    }

    // Optimal string alignment: a swap of neighbours counts as one slip.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];

        for (var i = 0; i <= left.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= right.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);

                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
