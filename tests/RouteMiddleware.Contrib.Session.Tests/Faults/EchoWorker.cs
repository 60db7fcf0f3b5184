using System.Diagnostics;
using System.Globalization;
using RouteMiddleware.Contrib.Redis;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>Calls the store itself, with a number that only its own answer can have.</summary>
internal sealed class EchoWorker(SoakRig rig, int index) : SoakWorker(rig, $"echo{index}")
{
    private static readonly RedisScript Echo = new("echo", "redis.call('INCR', KEYS[1]) return ARGV[1]");
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(50);

    private RedisFailure? _failure;

    protected override string Kind => "call";

    protected override async Task<(bool Worked, string Outcome)> StepAsync(int number)
    {
        _failure = null;

        try
        {
            var got = (string?)await Rig.Redis.EvaluateAsync(Echo, [$"{Rig.Redis.KeyPrefix}{{{Name}}}"], [number], Limit);

            if (got != number.ToString(CultureInfo.InvariantCulture))
            {
                Rig.History.NoteOdd($"{Name} {number}: the answer of {got}");
            }

            return (true, "ok");
        }
        catch (RedisUnavailableException exception)
        {
            _failure = exception.Failure;
            return (false, $"{exception.Failure} {exception.Code}");
        }
    }

    protected override void Note(bool wasFaulty, TimeSpan took)
    {
        switch (_failure)
        {
            case RedisFailure.CircuitOpen or RedisFailure.NotConnected:
                Rig.Measures.Add($"{Kind} that was not sent", took);
                break;
            case RedisFailure.Timeout:
                Rig.Measures.Add($"{Kind} that was given up, beyond its limit", took - Limit);
                break;
            default:
                base.Note(wasFaulty, took);
                break;
        }
    }
}
