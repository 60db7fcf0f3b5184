namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Marks a request that is measured already: by an outer <c>metrics</c>, or before an exception handler ran the pipeline again.</summary>
internal sealed class MeasuredMark
{
    public static readonly MeasuredMark Instance = new();

    private MeasuredMark()
    {
    }
}
