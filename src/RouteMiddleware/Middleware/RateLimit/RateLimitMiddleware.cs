using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Lets a number of requests pass in a time, and refuses the others with 429.</summary>
[SkipsPreflight]
internal sealed class RateLimitMiddleware : IJoinNeighbours, IHandlerStageFactory, IEndpointContributor, IDescribeAnswers, IDisposable
{
    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status429TooManyRequests, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly PartitionKeyReader _keys;
    private readonly PartitionTable _table;
    private readonly RateLimitReports _reports;
    private readonly RateLimitOutcomes _outcomes;
    private readonly SharedLimit? _shared;
    private readonly SharedRun? _alone;

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public RateLimitMiddleware(
        RateLimitOptions options,
        TimeProvider clock,
        ILogger<RateLimitMiddleware> logger,
        RateLimitReports reports,
        RateLimitMetrics metrics,
        RateLimitStores? stores = null)
    {
        _keys = options.Check(stores, out var store);
        _reports = reports;
        _outcomes = new(logger, metrics, clock);
        CountsFailuresOnly = options.Count == RateLimitCount.Failures;
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

        if (store is not null)
        {
            _shared = new(this, options, store, stores!.IdOf(options, _keys.Spelling), _keys.Spelling);
            _alone = new([_shared], _keys, reports);
        }
    }

    object? IJoinNeighbours.JoinKey => _shared?.JoinKey;

    public TimeProvider Clock { get; }

    public RateLimitRule Rule { get; }

    public RateLimitHeaders Headers { get; }

    /// <summary>Whether requests hold their permits while they run, so that no time can be told.</summary>
    public bool HoldsAMoment { get; }

    public bool CountsFailuresOnly { get; }

    public bool MayNeedHandlerStage => CountsFailuresOnly;

    public StringValues LimitText { get; }

    public StringValues PolicyText { get; }

    internal int PartitionCount => _table.Count;

    RequestDelegate IJoinNeighbours.Join(IReadOnlyList<IMiddleware> run, RequestDelegate next)
    {
        var limits = new SharedRun([.. run.Cast<RateLimitMiddleware>().Select(static limit => limit._shared!)], _keys, _reports);
        return context => limits.InvokeAsync(context, next);
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next) => _alone is null ? InvokeHereAsync(context, next) : _alone.InvokeAsync(context, next);

    private Task InvokeHereAsync(HttpContext context, RequestDelegate next)
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
        => CountsFailuresOnly ? invocation => FailureCount.InvokeAsync(this, invocation, next) : next;

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

        answers.Add(_outcomes.Refusal, AnswerHeader.RetryAfter);

        if (_shared?.Undecided is { } undecided)
        {
            answers.Add(undecided, AnswerHeader.RetryAfter);
        }
    }

    /// <summary>Gives the permits of a request back that is not to count.</summary>
    /// <param name="context">The request.</param>
    /// <param name="permit">Where this instance took them.</param>
    /// <param name="shared">Where the store did, if it was that.</param>
    public ValueTask GiveBackAsync(HttpContext context, in RatePermit permit, SharedPermit? shared)
    {
        if (shared is not null)
        {
            return shared.GiveBackAsync(context);
        }

        Tell(context, _table.Release(permit, Clock.GetTimestamp()));
        return default;
    }

    /// <summary>Gives the permits of a request back that has ended.</summary>
    public ValueTask ReleaseAsync(HttpContext context, in RatePermit permit, SharedPermit? shared)
    {
        if (shared is not null)
        {
            return shared.GiveBackAsync(context);
        }

        GiveBack(permit);
        return default;
    }

    /// <summary>Tells the request's answer of permits that came back.</summary>
    public void Tell(HttpContext context, in RateDecision decision) => _reports.Find(context)?.Update(this, decision);

    /// <summary>Takes permits of this instance's own.</summary>
    public RatePermit AcquireHere(in PartitionKey key, long now, out RateDecision decision) => _table.Acquire(key, now, out decision, out _);

    /// <summary>Notes that the request may pass, as the store or whoever stands in for it says.</summary>
    public void Admit(HttpContext context, RateLimitReport report, in SharedVerdict verdict, long now)
    {
        if (verdict.IsUncounted)
        {
            report.NoteAdmission(this);
        }
        else
        {
            report.Add(this, verdict.Decision);
        }

        _outcomes.Count(context, isAdmitted: true, verdict.Reason);
    }

    /// <summary>Refuses the request, as the store or whoever stands in for it says.</summary>
    public Task RefuseAsync(HttpContext context, RateLimitReport report, in SharedVerdict verdict, long now)
    {
        if (!verdict.IsUncounted)
        {
            report.Add(this, verdict.Decision);
        }

        _outcomes.Count(context, isAdmitted: false, verdict.Reason);
        return _outcomes.RefuseAsync(context, Math.Max(1, Rule.SecondsUntil(verdict.Decision.FreeAt, now)), verdict.Reason, verdict.Refusal);
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
        if (HoldsAMoment && decision.IsAdmitted)
        {
            return Hold(context, next, report, permit, decision, isOverflow, now);
        }

        Note(context, report, decision, isOverflow, now);

        if (!decision.IsAdmitted)
        {
            return _outcomes.RefuseAsync(context, Math.Max(1, Rule.SecondsUntil(decision.FreeAt, now)), isOverflow ? RateLimitOutcomes.Overflow : "limit");
        }

        if (CountsFailuresOnly)
        {
            new FailureCount(this, context, permit).Begin();
        }

        return next(context);
    }

    private void Note(HttpContext context, RateLimitReport report, in RateDecision decision, bool isOverflow, long now)
    {
        report.Add(this, decision);

        if (isOverflow || _outcomes.IsCounting)
        {
            _outcomes.Count(context, decision.IsAdmitted, isOverflow ? RateLimitOutcomes.Overflow : decision.IsAdmitted ? "none" : "limit");
        }

        if (isOverflow)
        {
            _outcomes.NoteOverflow(now, _table.Count);
        }
    }

    private Task Hold(HttpContext context, RequestDelegate next, RateLimitReport report, in RatePermit permit, in RateDecision decision, bool isOverflow, long now)
    {
        Task rest;

        try
        {
            // An answer that has begun takes no headers: the permits come back all the same.
            Note(context, report, decision, isOverflow, now);
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
}
