namespace RouteMiddleware.Middleware.Metrics;

/// <summary>One combination of labels of one metric, and its value. Measurements take no lock.</summary>
internal abstract class Series(string labels)
{
    private readonly string _labels = labels;

    /// <summary>The labels as text, without braces.</summary>
    public string Labels => _labels;

    public abstract void Record(double value);

    protected static void Add(ref double sum, double value)
    {
        double known;

        do
        {
            known = Volatile.Read(ref sum);
        }
        while (BitConverter.DoubleToInt64Bits(Interlocked.CompareExchange(ref sum, known + value, known)) != BitConverter.DoubleToInt64Bits(known));
    }
}
