using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Listens to the application's meters, and to none of another application in the process, and writes what it heard.</summary>
internal sealed partial class MetricsExport : IDisposable
{
    private const string OwnMeter = "RouteMiddleware";
    private const string MiddlewareDuration = "routemiddleware.middleware.duration";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly HashSet<string> _meters;
    private readonly IMeterFactory _factory;
    private readonly ILogger _logger;
    private readonly Lock _writing = new();
    private readonly int _maxSeries;
    private readonly bool _middlewareDurations;

    public MetricsExport(MetricsOptions options, IMeterFactory factory, ILogger logger)
    {
        options.ThrowIfInvalid();

        _meters = [OwnMeter, .. options.Meters];
        _maxSeries = options.MaxSeries;
        _middlewareDurations = options.MiddlewareDurations;
        _factory = factory;
        _logger = logger;

        _listener.InstrumentPublished = Publish;
        _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, source) => Record(value, tags, source));
        _listener.SetMeasurementEventCallback<short>(static (_, value, tags, source) => Record(value, tags, source));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, source) => Record(value, tags, source));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, source) => Record(value, tags, source));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, source) => Record(value, tags, source));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, source) => Record(value, tags, source));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, source) => Record((double)value, tags, source));
        _listener.Start();
    }

    /// <summary>Writes all metrics.</summary>
    /// <param name="isOpenMetrics">In OpenMetrics 1.0 rather than in Prometheus' text format 0.0.4.</param>
    public ReadOnlyMemory<byte> Write(bool isOpenMetrics)
    {
        // One at a time: observed instruments are asked anew for each. Measurements go on meanwhile.
        lock (_writing)
        {
            Observe();
            var writer = new MetricsWriter(isOpenMetrics);

            foreach (var family in _families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal))
            {
                writer.Write(family);
            }

            return writer.End();
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(double value, ReadOnlySpan<Tag> tags, object? source) => ((MetricSource)source!).Record(value, tags);

    private void Observe()
    {
        foreach (var source in _families.Values.SelectMany(static family => family.Sources.Values))
        {
            source.BeginObservation();
        }

        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException exception)
        {
            // One instrument's failure is no reason to hide the others.
            Log.ObservationFailed(_logger, exception);
        }
    }

    private void Publish(Instrument instrument, MeterListener listener)
    {
        // Meters of the process (System.Runtime) have no scope; those of an application have its factory.
        var isOurs = _meters.Contains(instrument.Meter.Name)
            && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, _factory))
            && (_middlewareDurations || instrument.Name != MiddlewareDuration);

        if (isOurs && SourceOf(instrument) is { } source)
        {
            listener.EnableMeasurementEvents(instrument, source);
        }
    }

    private MetricSource? SourceOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        var kind = definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : definition == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;

        var name = MetricNames.OfMetric(instrument.Name, instrument.Unit, kind);
        var family = _families.GetOrAdd(name, static (name, args) => new(name, args.kind, args.Description), (kind, instrument.Description));

        if (family.Kind != kind)
        {
            Log.NameTaken(_logger, instrument.Name, instrument.Meter.Name, name, family.Kind);
            return null;
        }

        return family.Sources.GetOrAdd(instrument.Meter.Name, _ => new MetricSource(
            kind,
            instrument.IsObservable,
            isSum: definition != typeof(Gauge<>),
            kind == MetricKind.Histogram ? HistogramBoundaries.Of(instrument) : [],
            _maxSeries,
            instrument.Meter.Name == OwnMeter ? null : instrument.Meter.Name));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Metrics that are observed could not be read.", EventName = nameof(ObservationFailed))]
        public static partial void ObservationFailed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "The instrument '{Instrument}' of the meter '{Meter}' is not told: another one is '{Name}' already, as a {Kind}.", EventName = nameof(NameTaken))]
        public static partial void NameTaken(ILogger logger, string instrument, string meter, string name, MetricKind kind);
    }
}
