using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Tells circuit, metrics and the keeper of the connection what became of the calls.</summary>
internal sealed partial class CallMonitor : CallEvents
{
    private readonly ILogger _logger;
    private readonly RedisMetrics _metrics;
    private LinkSupervisor? _supervisor;

    public CallMonitor(TimeProvider clock, ILogger logger, IMeterFactory? meters)
    {
        Clock = clock;
        _logger = logger;
        Circuit = new(error => Log.CircuitOpened(_logger, error.Failure, error.Code ?? "none"), () => Log.CircuitClosed(_logger));
        _metrics = new(() => Circuit.State, meters);
    }

    public Circuit Circuit { get; }

    public override TimeProvider Clock { get; }

    public override RedisLink? Link => _supervisor?.Link;

    public void Tell(LinkSupervisor supervisor) => _supervisor = supervisor;

    public override void Succeeded(string operation, long startedAt, bool isTrial)
    {
        Circuit.Succeeded(isTrial);
        Measure(operation, "ok", startedAt);
    }

    public override void Failed(string operation, long startedAt, bool isTrial, RedisError error, RedisLink link, TimeSpan timeout)
    {
        if (error.MeansAway)
        {
            Circuit.Failed(isTrial, error);
        }
        else
        {
            Circuit.Succeeded(isTrial);
        }

        // One on trial is looked after at the next beat: not every failure of them is followed by another trial at once.
        if (!isTrial && (error.Failure == RedisFailure.Timeout ? link.Doubt(startedAt, timeout) : error.Failure is RedisFailure.ConnectionLost or RedisFailure.NotConnected))
        {
            _supervisor?.Wake();
        }

        Measure(operation, OutcomeOf(error), startedAt);
    }

    public override void Cancelled(string operation, long startedAt, bool isTrial)
    {
        Circuit.Unknown(isTrial);
        Measure(operation, "cancelled", startedAt);
    }

    public override void AnsweredAsReplica(RedisLink link)
    {
        link.AnsweredAsReplica();
        _supervisor?.Wake();
    }

    /// <summary>A call that was not even sent.</summary>
    public RedisUnavailableException NotSent(string operation, RedisFailure failure)
    {
        RedisError error = new(failure, null);

        if (_metrics.IsEnabled)
        {
            _metrics.Measure(operation, OutcomeOf(error), TimeSpan.Zero);
        }

        return RedisFaults.Exception(operation, error);
    }

    private static string OutcomeOf(RedisError error) => error.Failure switch
    {
        RedisFailure.Timeout => "timeout",
        RedisFailure.CircuitOpen => "circuit_open",
        RedisFailure.ConnectionLost => "connection_lost",
        RedisFailure.Refused => "refused",
        RedisFailure.Overloaded => "overloaded",
        _ => "not_connected",
    };

    private void Measure(string operation, string outcome, long startedAt)
    {
        if (_metrics.IsEnabled)
        {
            _metrics.Measure(operation, outcome, Clock.GetElapsedTime(startedAt));
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Calls to Redis failed several times in a row, the last one with {Failure} (error of the server: {Code}). None is tried until a probe is answered.", EventName = "CircuitOpened")]
        public static partial void CircuitOpened(ILogger logger, RedisFailure failure, string code);

        [LoggerMessage(2, LogLevel.Information, "Calls to Redis are made again.", EventName = "CircuitClosed")]
        public static partial void CircuitClosed(ILogger logger);
    }
}
