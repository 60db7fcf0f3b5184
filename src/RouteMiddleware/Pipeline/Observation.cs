using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Measures each middleware of a chain by itself, without what it calls, while somebody listens to the meter or the activity source of the library, or watches. Otherwise
/// requests pay for the question.
/// </summary>
internal sealed class Observation(TimeProvider clock, MiddlewareCatalog catalog, IMeterFactory? meters = null) : IChainObservation, IDisposable
{
    public const string Name = "RouteMiddleware";

    // From what a middleware takes that only looks, to what one takes that asks another service.
    private static readonly double[] Boundaries = [0.000001, 0.000005, 0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

    private readonly ActivitySource _spans = new(Name);
    private readonly Histogram<double>? _durations = meters?.Create(Name).CreateHistogram<double>(
        "routemiddleware.middleware.duration",
        "s",
        "Time that requests spent in one middleware, without what it calls.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = Boundaries });

    private volatile IWatchPasses? _watcher;
    private volatile int _subscriptions;

    public bool IsWanted { get; set; }

    public bool IsOn => _subscriptions > 0 || _durations is { Enabled: true } || _watcher is not null || _spans.HasListeners();

    /// <summary>Who is told of each middleware that a request enters. Set once, before endpoints are built.</summary>
    public IMiddlewareObserver[] Observers
    {
        get;
        set
        {
            // They want to know of every request, for as long as the application lives.
            if (field.Length == 0 && value.Length > 0)
            {
                IsWanted = true;
                Interlocked.Increment(ref _subscriptions);
            }

            field = value;
        }
    } = [];

    /// <summary>Whether requests are measured whoever listens.</summary>
    public bool IsSubscribed => _subscriptions > 0;

    /// <summary>Who is told of each pass; <see langword="null"/> while nobody wants to know.</summary>
    public IWatchPasses? Watcher
    {
        get => _watcher;
        set => _watcher = value;
    }

    /// <summary>Whether somebody may want to know, now or later, what each link of a chain does.</summary>
    public bool MayWatch(IReadOnlyList<Link> links) => IsWanted || IsSubscribed || links.Any(static link => IsAskedForBy(link.Plan));

    /// <summary>Whether the middleware has the chain measured in which it stands.</summary>
    public static bool IsAskedForBy(LinkPlan plan) => plan.Registration.MiddlewareType is { } type && typeof(IObserveChains).IsAssignableFrom(type);

    public void Dispose() => _spans.Dispose();

    public IDisposable Subscribe()
    {
        Interlocked.Increment(ref _subscriptions);
        return new Subscription(this);
    }

    public IReadOnlyList<MiddlewareTime> TimesOf(HttpContext context) => context.Features.Get<ChainRecord>()?.TimesAt(clock.GetTimestamp()) ?? [];

    public void Refused(HttpContext context, Refusal refusal) => context.Features.Get<ChainRecord>()?.Refuse(refusal);

    /// <summary>Puts the measurement around a link that already stands around what follows it.</summary>
    public RequestDelegate Around(Link link, RequestDelegate placed)
    {
        var plan = link.Plan.Started;
        var step = StepOf(link.Plan, ChainStage.Request);
        return context => ObserveAsync(context, placed, plan, step);
    }

    /// <summary>Puts the measurement around a handler stage: its time is the link's, if the link has a request stage as well.</summary>
    public EndpointFilterDelegate Around(Link link, EndpointFilterDelegate placed)
    {
        var plan = link.Plan.Started;
        var step = StepOf(link.Plan, ChainStage.Handler);
        return invocation => ObserveAsync(invocation, placed, plan, step);
    }

    /// <summary>Keeps the time of what follows the innermost link out of that link's own.</summary>
    public RequestDelegate AroundRest(RequestDelegate rest) => context => IsOn ? ObserveAsync(context, rest) : rest(context);

    /// <summary>Keeps the time of what follows a handler stage out of that stage's own.</summary>
    public EndpointFilterDelegate AroundRest(EndpointFilterDelegate rest) => async invocation =>
    {
        var record = RecordOf(invocation.HttpContext);
        var frame = record.Enter(clock.GetTimestamp());

        try
        {
            TellGoesOn(invocation.HttpContext);
            return await rest(invocation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            record.IsNew(exception);
            throw;
        }
        finally
        {
            record.Leave(frame, clock.GetTimestamp());
        }
    };

    private async Task ObserveAsync(HttpContext context, RequestDelegate placed, LinkPlan plan, MiddlewareStep step)
    {
        var endpoint = context.GetEndpoint();
        var record = RecordOf(context);
        var frame = record.Enter(clock.GetTimestamp(), plan);
        using var span = _spans.StartActivity(plan.Name);
        Exception? thrown = null;

        try
        {
            TellEntered(context, step);
            await placed(context).ConfigureAwait(false);
            Judge(record, frame, context.Response.StatusCode);
        }
        catch (Exception exception)
        {
            thrown = exception;
            Judge(record, frame, context, exception);
            span?.SetStatus(ActivityStatusCode.Error);
            span?.SetTag("error.type", exception.GetType().FullName);
            throw;
        }
        finally
        {
            record.Leave(frame, clock.GetTimestamp());
            var own = clock.GetElapsedTime(0, frame.OwnTicks);
            _durations?.Record(own.TotalSeconds, new("middleware", plan.Name), new("http.route", RouteTemplate.Of(context.GetEndpoint())));
            _watcher?.Passed(EndpointOf(context, endpoint), plan, own, frame.Outcome, frame.Reason);
            TellLeft(context, step, thrown);
        }
    }

    private async ValueTask<object?> ObserveAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate placed, LinkPlan plan, MiddlewareStep step)
    {
        var context = invocation.HttpContext;
        var record = RecordOf(context);
        var frame = record.Enter(clock.GetTimestamp(), plan);
        Exception? thrown = null;

        try
        {
            TellEntered(context, step);
            var result = await placed(invocation).ConfigureAwait(false);
            Judge(record, frame, (result as IStatusCodeHttpResult)?.StatusCode ?? context.Response.StatusCode);
            return result;
        }
        catch (Exception exception)
        {
            thrown = exception;
            Judge(record, frame, context, exception);
            throw;
        }
        finally
        {
            record.Leave(frame, clock.GetTimestamp());

            if (frame.FindRequestStage() is { } requestStage)
            {
                frame.IsCountedOutside = true;
                requestStage.OwnTicks += frame.OwnTicks;
                (requestStage.Outcome, requestStage.Reason) = (frame.Outcome, frame.Reason);
            }
            else
            {
                _watcher?.Passed(context.GetEndpoint(), plan, clock.GetElapsedTime(0, frame.OwnTicks), frame.Outcome, frame.Reason);
            }

            TellLeft(context, step, thrown);
        }
    }

    private async Task ObserveAsync(HttpContext context, RequestDelegate rest)
    {
        var record = RecordOf(context);
        var frame = record.Enter(clock.GetTimestamp());

        try
        {
            TellGoesOn(context);
            await rest(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            record.IsNew(exception);
            throw;
        }
        finally
        {
            record.Leave(frame, clock.GetTimestamp());
        }
    }

    private MiddlewareStep StepOf(LinkPlan plan, ChainStage stage) => new(plan.Name, plan.Argument, plan.Where, catalog.Global.Contains(plan.Started), stage);

    private ChainRecord RecordOf(HttpContext context)
    {
        var record = ChainRecord.Of(context);

        if (_subscriptions > 0)
        {
            record.KeepFrames();
        }

        return record;
    }

    private void TellEntered(HttpContext context, MiddlewareStep step)
    {
        foreach (var observer in Observers)
        {
            observer.Entered(context, step);
        }
    }

    private void TellGoesOn(HttpContext context)
    {
        foreach (var observer in Observers)
        {
            observer.WentOn(context);
        }
    }

    private void TellLeft(HttpContext context, MiddlewareStep step, Exception? exception)
    {
        foreach (var observer in Observers)
        {
            observer.Left(context, step, exception);
        }
    }

    // Who called what follows let the request pass, unless it wrote a refusal all the same.
    private static void Judge(ChainRecord record, ChainRecord.Frame frame, int status)
    {
        if (frame.Outcome is not PassOutcome.Passed)
        {
            return;
        }

        if (record.TakeRefusalOf(frame.Plan!) is { } refusal)
        {
            (frame.Outcome, frame.Reason) = (PassOutcome.Refused, refusal.Code);
        }
        else if (!frame.CalledNext)
        {
            (frame.Outcome, frame.Reason) = status >= StatusCodes.Status400BadRequest ? (PassOutcome.Refused, StatusReason.Of(status)) : (PassOutcome.Answered, null);
        }
    }

    private static void Judge(ChainRecord record, ChainRecord.Frame frame, HttpContext context, Exception exception)
    {
        if (record.IsNew(exception) && !CallerGone.Explains(context, exception))
        {
            frame.Outcome = PassOutcome.Failed;
        }
    }

    // An exception handler takes the endpoint away; in front of routing it is not known yet on the way in.
    private static Endpoint? EndpointOf(HttpContext context, Endpoint? before) => before ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();

    private sealed class Subscription(Observation observation) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                Interlocked.Decrement(ref observation._subscriptions);
            }
        }
    }
}
