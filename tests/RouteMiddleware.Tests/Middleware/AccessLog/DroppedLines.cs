using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

/// <summary>Listens to the counter of lost lines of one application.</summary>
public sealed class DroppedLines : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _counted = new();

    public DroppedLines(IServiceProvider services)
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.access_log.dropped")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _counted.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        _listener.Start();
    }

    public string[] Counted => [.. _counted];

    public void Dispose() => _listener.Dispose();
}
