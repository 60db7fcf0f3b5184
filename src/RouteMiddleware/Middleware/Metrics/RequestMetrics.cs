using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>The instruments of requests: all tags are of bounded number, whatever callers send.</summary>
internal sealed class RequestMetrics(IMeterFactory? meters = null)
{
    private const string OtherMethod = "_OTHER";
    private const int FirstStatus = 100;

    // The boundaries that OpenTelemetry recommends.
    private static readonly double[] Boundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    // As objects, for tags are objects.
    private static readonly object[] Statuses = [.. Enumerable.Range(FirstStatus, 500).Select(static status => (object)status)];

    private readonly Histogram<double>? _durations = meters?.Create("RouteMiddleware").CreateHistogram<double>(
        "http.server.request.duration",
        "s",
        "Duration of HTTP server requests.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = Boundaries });

    private readonly UpDownCounter<long>? _active = meters?.Create("RouteMiddleware").CreateUpDownCounter<long>(
        "http.server.active_requests",
        "{request}",
        "Number of active HTTP server requests.");

    public bool IsEnabled => _durations is { Enabled: true } || _active is { Enabled: true };

    /// <summary>The method as a tag: only those that are known, for callers can send any word.</summary>
    public static string MethodOf(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "DELETE" or "HEAD" or "PATCH" or "OPTIONS" or "CONNECT" or "TRACE" or "QUERY" => method,
        _ => OtherMethod,
    };

    /// <summary>Counts a request that begins.</summary>
    /// <returns>Whether it was counted, and must be counted back at its end.</returns>
    public bool Begin(string method)
    {
        if (_active is not { Enabled: true } active)
        {
            return false;
        }

        active.Add(1, new KeyValuePair<string, object?>("http.request.method", method));
        return true;
    }

    public void End(string method) => _active?.Add(-1, new KeyValuePair<string, object?>("http.request.method", method));

    public void Record(string method, string route, int status, TimeSpan elapsed)
        => _durations?.Record(
            elapsed.TotalSeconds,
            new("http.request.method", method),
            new("http.route", route),
            new("http.response.status_code", (uint)(status - FirstStatus) < (uint)Statuses.Length ? Statuses[status - FirstStatus] : status));
}
