using System.Collections.Concurrent;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>The series of one instrument: at most as many as the limit, and one for what goes beyond it.</summary>
internal sealed class MetricSource
{
    private readonly int _maxSeries;
    private readonly string? _scope;
    private readonly bool _isSum;
    private readonly ConcurrentDictionary<Tag[], Series> _byTags = new(TagComparer.Instance);
    private readonly ConcurrentDictionary<Tag[], Series>.AlternateLookup<ReadOnlySpan<Tag>> _lookup;
    private readonly ConcurrentDictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Series _overflow;
    private int _count;
    private bool _hasOverflown;

    public MetricSource(MetricKind kind, bool isObservable, bool isSum, double[] boundaries, int maxSeries, string? scope)
    {
        Kind = kind;
        IsObservable = isObservable;
        Boundaries = boundaries;

        _isSum = isSum && !isObservable;
        _maxSeries = maxSeries;
        _scope = scope;
        _lookup = _byTags.GetAlternateLookup<ReadOnlySpan<Tag>>();
        _overflow = Create(LabelText.OverflowOf(scope));
    }

    public MetricKind Kind { get; }

    public bool IsObservable { get; }

    public double[] Boundaries { get; }

    public IEnumerable<Series> Series
    {
        get
        {
            var known = _byLabels.Values.OrderBy(static series => series.Labels, StringComparer.Ordinal);
            return Volatile.Read(ref _hasOverflown) ? known.Append(_overflow) : known;
        }
    }

    public void Record(double value, ReadOnlySpan<Tag> tags)
    {
        // Nothing that could be told: a counter goes up, a histogram's sum stays a number.
        if (Kind != MetricKind.Gauge && !(value >= 0 && double.IsFinite(value)))
        {
            return;
        }

        if (!_lookup.TryGetValue(tags, out var series))
        {
            series = Add(tags);
        }

        series.Record(value);
    }

    /// <summary>Forgets what observed instruments told last: what they don't tell any more is gone.</summary>
    public void BeginObservation()
    {
        if (IsObservable)
        {
            _byTags.Clear();
            _byLabels.Clear();
            _count = 0;
        }
    }

    private Series Add(ReadOnlySpan<Tag> tags)
    {
        // Counted before it is added, so that it is never more, however many come at once.
        if (Volatile.Read(ref _count) >= _maxSeries || Interlocked.Increment(ref _count) > _maxSeries)
        {
            Volatile.Write(ref _hasOverflown, true);
            return _overflow;
        }

        // Tags in another order are the same labels.
        var series = _byLabels.GetOrAdd(LabelText.Of(tags, _scope), static (labels, self) => self.Create(labels), this);
        return _byTags.GetOrAdd(tags.ToArray(), series);
    }

    private Series Create(string labels) => Kind == MetricKind.Histogram ? new HistogramSeries(labels, Boundaries) : new ValueSeries(labels, _isSum);
}
