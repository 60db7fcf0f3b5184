namespace RouteMiddleware.Middleware.Metrics;

/// <summary>A number: the sum of the measurements, or the last of them.</summary>
internal sealed class ValueSeries(string labels, bool isSum) : Series(labels)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public override void Record(double value)
    {
        if (isSum)
        {
            Add(ref _value, value);
        }
        else
        {
            Volatile.Write(ref _value, value);
        }
    }
}
