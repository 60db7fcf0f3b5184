namespace RouteMiddleware.Middleware.Metrics;

/// <summary>How many measurements fell into each bucket.</summary>
internal sealed class HistogramSeries(string labels, double[] boundaries) : Series(labels)
{
    private readonly long[] _buckets = new long[boundaries.Length + 1];
    private double _sum;

    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Reads one bucket; the last is that of everything above the highest boundary.</summary>
    public long CountOf(int bucket) => Volatile.Read(ref _buckets[bucket]);

    public override void Record(double value)
    {
        // A boundary belongs to the bucket below it.
        var index = Array.BinarySearch(boundaries, value);
        Interlocked.Increment(ref _buckets[index < 0 ? ~index : index]);
        Add(ref _sum, value);
    }
}
