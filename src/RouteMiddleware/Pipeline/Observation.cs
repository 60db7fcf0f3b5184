using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>
/// Measures each middleware of a chain by itself, without what it calls, while somebody listens to the meter or the activity source of the library. Otherwise
/// requests pay for the question.
/// </summary>
internal sealed class Observation(TimeProvider clock, IMeterFactory? meters = null) : IChainObservation, IDisposable
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

    public bool IsWanted { get; set; }

    public bool IsOn => _durations is { Enabled: true } || _spans.HasListeners();

    /// <summary>Whether the middleware has the chain measured in which it stands.</summary>
    public static bool IsAskedForBy(LinkPlan plan) => plan.Registration.MiddlewareType is { } type && typeof(IObserveChains).IsAssignableFrom(type);

    public void Dispose() => _spans.Dispose();

    /// <summary>Puts the measurement around a link that already stands around what follows it.</summary>
    public RequestDelegate Around(Link link, RequestDelegate placed) => async context =>
    {
        var record = ChainRecord.Of(context);
        var frame = record.Enter(clock.GetTimestamp());
        using var span = _spans.StartActivity(link.Plan.Name);

        try
        {
            await placed(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            span?.SetTag("error.type", exception.GetType().FullName);
            throw;
        }
        finally
        {
            record.Leave(frame, clock.GetTimestamp());
            _durations?.Record(clock.GetElapsedTime(0, frame.OwnTicks).TotalSeconds, new("middleware", link.Plan.Name), new("http.route", RouteTemplate.Of(context.GetEndpoint())));
        }
    };

    /// <summary>Keeps the time of what follows the innermost link out of that link's own.</summary>
    public RequestDelegate AroundRest(RequestDelegate rest) => context => IsOn ? ObserveAsync(context, rest) : rest(context);

    private async Task ObserveAsync(HttpContext context, RequestDelegate rest)
    {
        var record = ChainRecord.Of(context);
        var frame = record.Enter(clock.GetTimestamp());

        try
        {
            await rest(context).ConfigureAwait(false);
        }
        finally
        {
            record.Leave(frame, clock.GetTimestamp());
        }
    }
}
