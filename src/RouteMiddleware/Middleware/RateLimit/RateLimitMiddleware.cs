using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Lets a number of requests pass in a time, and refuses the others with 429.</summary>
[SkipsPreflight]
internal sealed partial class RateLimitMiddleware : IMiddleware, IHandlerStageFactory, IEndpointContributor, IDescribeAnswers, IDisposable
{
    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status429TooManyRequests, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly ILogger<RateLimitMiddleware> _logger;
    private readonly PartitionKeyReader _keys;
    private readonly PartitionTable _table;
    private readonly RateLimitReports _reports;
    private readonly RateLimitMetrics _metrics;
    private readonly bool _countsFailuresOnly;
    private readonly Refusal _refusal;
    private long _overflowLoggedAt = long.MinValue;

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public RateLimitMiddleware(RateLimitOptions options, TimeProvider clock, ILogger<RateLimitMiddleware> logger, RateLimitReports reports, RateLimitMetrics metrics)
    {
        _keys = options.Check();
        _logger = logger;
        _reports = reports;
        _metrics = metrics;
        _countsFailuresOnly = options.Count == RateLimitCount.Failures;
        _refusal = new(
            StatusCodes.Status429TooManyRequests,
            "rate_limit_exceeded",
            "Too many requests",
            "More requests came than the limit allows; try again after the time that Retry-After tells.")
        {
            Middleware = "rate_limit",
        };

        Clock = clock;
        Headers = options.Headers;
        HoldsAMoment = options.Algorithm == RateLimitAlgorithm.Concurrency;
        Rule = new(options.PermitLimit, options.Window, options.Cost, clock.TimestampFrequency);
        LimitText = options.PermitLimit.ToString(CultureInfo.InvariantCulture);

        // The draft knows whole seconds only, at least one: a shorter window is told as a longer one, which promises less.
        PolicyText = HoldsAMoment
            ? string.Create(CultureInfo.InvariantCulture, $"\"default\";q={options.PermitLimit};qu=\"concurrent-requests\"")
            : string.Create(CultureInfo.InvariantCulture, $"\"default\";q={options.PermitLimit};w={(long)Math.Ceiling(options.Window.TotalSeconds)}");
        var lines = options.QueueLimit > 0 ? new WaitingLines(options.QueueLimit, Rule, clock) : null;
        _table = new(AlgorithmOf(options.Algorithm, Rule), options.MaxPartitions, options.Window, clock, lines);
    }

    public TimeProvider Clock { get; }

    public RateLimitRule Rule { get; }

    public RateLimitHeaders Headers { get; }

    /// <summary>Whether requests hold their permits while they run, so that no time can be told.</summary>
    public bool HoldsAMoment { get; }

    public StringValues LimitText { get; }

    public StringValues PolicyText { get; }

    internal int PartitionCount => _table.Count;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var report = _reports.Of(context);

        // Exception handlers and status pages send the request through the pipeline again: it was counted, and its error page is not refused.
        if (report.IsAdmittedBy(this))
        {
            return next(context);
        }

        var now = Clock.GetTimestamp();
        var key = _keys.Read(context);
        var permit = _table.Acquire(key, now, out var decision, out var isOverflow);

        return !decision.IsAdmitted && _table.Join(key, ref permit, ref decision, ref isOverflow) is { } waiting
            ? WaitAsync(context, next, report, waiting, permit)
            : Decide(context, next, report, permit, decision, isOverflow, now);
    }

    public EndpointFilterDelegate CreateHandlerStage(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
        => _countsFailuresOnly ? invocation => FailureCount.InvokeAsync(this, invocation, next) : next;

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        // Several limits of one chain answer alike.
        if (!endpointBuilder.Metadata.Contains(Refused))
        {
            endpointBuilder.Metadata.Add(Refused);
        }
    }

    public void DescribeAnswers(EndpointAnswers answers)
    {
        foreach (var header in RateLimitAnswers.HeadersOf(Headers))
        {
            answers.AddHeader(header);
        }

        answers.Add(_refusal, AnswerHeader.RetryAfter);
    }

    public void GiveBack(HttpContext context, in RatePermit permit)
    {
        var decision = _table.Release(permit, Clock.GetTimestamp());
        _reports.Find(context)?.Update(this, decision);
    }

    public void Dispose() => _table.Dispose();

    internal static Func<PartitionKey, Partition> AlgorithmOf(RateLimitAlgorithm algorithm, RateLimitRule rule) => algorithm switch
    {
        RateLimitAlgorithm.Fixed => key => new FixedPartition(rule, key),
        RateLimitAlgorithm.TokenBucket => key => new TokenBucketPartition(rule, key),
        RateLimitAlgorithm.Concurrency => key => new ConcurrencyPartition(rule, key),
        _ => key => new SlidingPartition(rule, key),
    };

    private Task Decide(HttpContext context, RequestDelegate next, RateLimitReport report, in RatePermit permit, in RateDecision decision, bool isOverflow, long now)
    {
        report.Add(this, decision);

        if (isOverflow || _metrics.IsEnabled)
        {
            Observe(context, now, decision.IsAdmitted, isOverflow);
        }

        if (!decision.IsAdmitted)
        {
            return RefuseAsync(context, Math.Max(1, Rule.SecondsUntil(decision.FreeAt, now)), isOverflow);
        }

        return HoldsAMoment ? Hold(context, next, permit)
            : _countsFailuresOnly ? new FailureCount(this, context, permit).InvokeAsync(next)
            : next(context);
    }

    private Task Hold(HttpContext context, RequestDelegate next, in RatePermit permit)
    {
        Task rest;

        try
        {
            rest = next(context);
        }
        catch
        {
            GiveBack(permit);
            throw;
        }

        if (!rest.IsCompleted)
        {
            return HoldAsync(rest, permit);
        }

        GiveBack(permit);
        return rest;
    }

    private async Task HoldAsync(Task rest, RatePermit permit)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        finally
        {
            GiveBack(permit);
        }
    }

    // The stamp is the time of admission: what comes back here does not depend on when.
    private void GiveBack(in RatePermit permit) => _table.Release(permit, permit.Stamp);

    private async Task WaitAsync(HttpContext context, RequestDelegate next, RateLimitReport report, WaitingRequest waiting, RatePermit place)
    {
        var aborted = context.RequestAborted;

        if (await waiting.WaitAsync(aborted).ConfigureAwait(false) is not { } decision)
        {
            // As every wait that is given up ends: whoever has set a time limit in front answers for it, and not this one with an empty 200.
            throw new OperationCanceledException(aborted);
        }

        var (now, permit) = (Clock.GetTimestamp(), place with { Stamp = decision.Stamp });

        // Its caller went away at the moment when it was served: the next one gets the permits.
        if (aborted.IsCancellationRequested)
        {
            _table.Release(permit, now);
            throw new OperationCanceledException(aborted);
        }

        await Decide(context, next, report, permit, decision, isOverflow: false, now).ConfigureAwait(false);
    }

    private Task RefuseAsync(HttpContext context, long seconds, bool isOverflow)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.Refused(_logger, RateLimitMetrics.RouteOf(context), isOverflow ? "overflow" : "limit", seconds);
        }

        UnreadBody.Leave(context);
        return _refusal.WriteAsync(context, TimeSpan.FromSeconds(seconds));
    }

    private void Observe(HttpContext context, long now, bool isAdmitted, bool isOverflow)
    {
        _metrics.Count(context, isAdmitted, isOverflow);
        var last = Volatile.Read(ref _overflowLoggedAt);

        // Whoever sends addresses by the million must not fill the log as well.
        if (isOverflow
            && (last == long.MinValue || Clock.GetElapsedTime(last, now) >= TimeSpan.FromMinutes(1))
            && Interlocked.CompareExchange(ref _overflowLoggedAt, now, last) == last)
        {
            Log.Overflow(_logger, _table.Count);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request to '{Route}' was refused ({Reason}); permits are free in {Seconds} s.", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string route, string reason, long seconds);

        [LoggerMessage(2, LogLevel.Warning, "The partition table of a rate limit overflows (reason: overflow): {Count} callers are counted apart, further ones share one limit. Raise MaxPartitions if they are real.", EventName = "Overflow")]
        public static partial void Overflow(ILogger logger, int count);
    }
}
