using System.Diagnostics.Metrics;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>Counts lines that never came to their file.</summary>
internal sealed class AccessLogMetrics(IMeterFactory? meters = null)
{
    private readonly Counter<long>? _dropped = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.access_log.dropped",
        "{line}",
        "Lines of the access log that were lost.");

    /// <summary>The disk did not follow, and the buffer was full.</summary>
    public void CountFull() => Count(1, "full");

    /// <summary>The file could not be written before the application ended.</summary>
    public void CountFailed(long lines) => Count(lines, "failed");

    /// <summary>The request ended after the file was closed.</summary>
    public void CountClosed() => Count(1, "closed");

    private void Count(long lines, string reason)
    {
        if (_dropped is { Enabled: true })
        {
            _dropped.Add(lines, new KeyValuePair<string, object?>("reason", reason));
        }
    }
}
