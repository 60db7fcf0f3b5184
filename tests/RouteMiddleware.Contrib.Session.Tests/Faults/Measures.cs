using System.Globalization;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>How long things took, in milliseconds, by what they were.</summary>
internal sealed class Measures
{
    private readonly Dictionary<string, List<double>> _all = new(StringComparer.Ordinal);

    public void Add(string what, TimeSpan took)
    {
        lock (_all)
        {
            if (!_all.TryGetValue(what, out var values))
            {
                _all[what] = values = [];
            }

            values.Add(took.TotalMilliseconds);
        }
    }

    public IEnumerable<string> Report()
    {
        lock (_all)
        {
            return [.. _all.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => Line(pair.Key, [.. pair.Value.Order()]))];
        }
    }

    private static string Line(string what, double[] ordered)
        => string.Create(CultureInfo.InvariantCulture, $"{what,-58} n {ordered.Length,7}  p50 {At(ordered, 0.5),9:0.000}  p99 {At(ordered, 0.99),9:0.000}  max {ordered[^1],9:0.000} ms");

    private static double At(double[] ordered, double share) => ordered[(int)((ordered.Length - 1) * share)];
}
