using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>The buckets of a histogram: those that its maker advises, else those that suit its unit.</summary>
internal static class HistogramBoundaries
{
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] Others = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    public static double[] Of(Instrument instrument)
        => instrument switch
        {
            Histogram<double> histogram => Advised(histogram),
            Histogram<float> histogram => Advised(histogram),
            Histogram<long> histogram => Advised(histogram),
            Histogram<int> histogram => Advised(histogram),
            _ => null,
        }
        ?? (instrument.Unit == "s" ? Seconds : Others);

    private static double[]? Advised<T>(Histogram<T> histogram)
        where T : struct
        => histogram.Advice?.HistogramBucketBoundaries is { Count: > 0 } boundaries
            ? [.. boundaries.Select(static boundary => Convert.ToDouble(boundary, System.Globalization.CultureInfo.InvariantCulture)).Order()]
            : null;
}
