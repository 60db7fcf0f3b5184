using System.Collections;
using System.Globalization;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>The statuses that count as errors.</summary>
internal sealed class StatusSet
{
    private const int Lowest = 100;
    private const int Highest = 599;
    private const int TooManyRequests = 429;

    private readonly BitArray _members = new(Highest + 1);

    private StatusSet()
    {
    }

    /// <summary>Reads single codes and ranges.</summary>
    public static StatusSet Parse(string property, IList<string> texts, List<string> faults)
    {
        var set = new StatusSet();

        if (texts.Count == 0)
        {
            faults.Add($"{property} must name a status or a range, such as '500-599'; without one nothing is an error.");
        }

        for (var i = 0; i < texts.Count; i++)
        {
            if (!set.TryAdd(texts[i] ?? ""))
            {
                faults.Add($"{property}[{i}] must be a status from {Lowest} to {Highest} or a range of them ('503', '500-599'), but is '{texts[i]}'.");
            }
        }

        return set;
    }

    public bool Contains(int status) => (uint)status <= Highest && _members[status];

    private bool TryAdd(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);

        if (dash < 0)
        {
            return TryRead(text, out var single) && (_members[single] = true);
        }

        if (!TryRead(text.AsSpan(0, dash), out var first) || !TryRead(text.AsSpan(dash + 1), out var last) || last < first)
        {
            return false;
        }

        for (var status = first; status <= last; status++)
        {
            // A limit that holds is no error, unless it is asked for by itself.
            _members[status] |= status != TooManyRequests;
        }

        return true;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out int status)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && text.Length == 3 && status is >= Lowest and <= Highest;
}
