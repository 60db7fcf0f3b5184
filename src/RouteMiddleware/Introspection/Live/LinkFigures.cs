using RouteMiddleware.Pipeline;

namespace RouteMiddleware.Introspection.Live;

/// <summary>What was counted of one middleware: on one route, or on all together.</summary>
internal sealed class LinkFigures
{
    private const int MostReasons = 8;
    private const string Others = "(other)";

    private readonly DurationHistogram _times = new();
    private long _passes;
    private long _answered;
    private long _refused;
    private long _failed;
    private Reason[] _reasons = [];

    public long Passes => Volatile.Read(ref _passes);

    public long Answered => Volatile.Read(ref _answered);

    public long Refused => Volatile.Read(ref _refused);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>When the last one was counted.</summary>
    public TimeSpan LastAt { get; private set; }

    public IEnumerable<(string Code, long Count)> Reasons => Volatile.Read(ref _reasons).Select(static reason => (reason.Code, reason.Count));

    public double[]? Times(params ReadOnlySpan<double> parts) => _times.Read(parts);

    public void Count(TimeSpan time, TimeSpan at, PassOutcome outcome, string? reason)
    {
        Interlocked.Increment(ref _passes);
        _times.Record(time, at);

        switch (outcome)
        {
            case PassOutcome.Answered:
                Interlocked.Increment(ref _answered);
                break;
            case PassOutcome.Refused:
                Interlocked.Increment(ref _refused);
                CountReason(reason ?? Others);
                break;
            case PassOutcome.Failed:
                Interlocked.Increment(ref _failed);
                break;
            default:
                break;
        }

        LastAt = at;
    }

    private void CountReason(string code) => (Find(code) ?? Add(code)).Increment();

    private Reason? Find(string code) => Array.Find(Volatile.Read(ref _reasons), reason => string.Equals(reason.Code, code, StringComparison.Ordinal));

    // Codes are the application's, but nothing keeps it from making them up: past the eighth they are counted together.
    private Reason Add(string code)
    {
        lock (_times)
        {
            if (Find(code) is { } known)
            {
                return known;
            }

            if (_reasons.Length >= MostReasons - 1)
            {
                code = Others;
            }

            if (Find(code) is { } others)
            {
                return others;
            }

            var added = new Reason(code);
            Volatile.Write(ref _reasons, [.. _reasons, added]);
            return added;
        }
    }

    private sealed class Reason(string code)
    {
        private long _count;

        public string Code => code;

        public long Count => Volatile.Read(ref _count);

        public void Increment() => Interlocked.Increment(ref _count);
    }
}
