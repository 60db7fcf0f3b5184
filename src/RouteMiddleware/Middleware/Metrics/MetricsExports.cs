using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>What the application's <c>MapMetrics</c> calls listen to: ends with the application.</summary>
internal sealed class MetricsExports(IMeterFactory meters, ILogger<MetricsExport> logger) : IDisposable
{
    private readonly List<MetricsExport> _exports = [];

    public MetricsExport Add(MetricsOptions options)
    {
        var export = new MetricsExport(options, meters, logger);
        _exports.Add(export);
        return export;
    }

    public void Dispose() => _exports.ForEach(static export => export.Dispose());
}
