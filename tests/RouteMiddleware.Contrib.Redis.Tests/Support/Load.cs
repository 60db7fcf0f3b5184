using System.Diagnostics;
using System.Globalization;

namespace RouteMiddleware.Contrib.Redis.Tests.Support;

/// <summary>Callers that don't stop. Each asks for an answer that only its own call can have.</summary>
internal sealed class Load : IAsyncDisposable
{
    private static readonly RedisScript Echo = new("echo", "redis.call('INCR', KEYS[1]) return ARGV[1]");

    private readonly RedisApp _app;
    private readonly CancellationTokenSource _ending = new();
    private readonly TimeSpan _limit;
    private readonly Task[] _callers;
    private long _slowest;
    private long _numbers;
    private int _succeeded;
    private int _failed;
    private int _wrong;

    public Load(RedisApp app, TimeSpan? limit = null, int callers = 8)
    {
        _app = app;
        _limit = limit ?? RedisApp.Limit;
        _callers = [.. Enumerable.Range(0, callers).Select(caller => Task.Run(() => CallAsync(caller)))];
    }

    public int Callers => _callers.Length;

    public int Succeeded => Volatile.Read(ref _succeeded);

    public int Failed => Volatile.Read(ref _failed);

    public int Wrong => Volatile.Read(ref _wrong);

    public TimeSpan Slowest => new(Volatile.Read(ref _slowest));

    /// <summary>Failures by their kind and code.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, int> Failures { get; } = [];

    public Task SucceedAsync(int further)
    {
        var aim = Succeeded + further;
        return RouteMiddleware.Tests.Kit.Eventually.HoldsAsync(() => Succeeded >= aim);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_callers);
        _ending.Dispose();
    }

    private async Task CallAsync(int caller)
    {
        while (!_ending.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var sent = Interlocked.Increment(ref _numbers);

            try
            {
                var got = (string?)await _app.Redis.EvaluateAsync(Echo, [$"rm:{{load{caller}}}"], [sent], _limit);
                Interlocked.Increment(ref got == sent.ToString(CultureInfo.InvariantCulture) ? ref _succeeded : ref _wrong);
            }
            catch (RedisUnavailableException exception)
            {
                Interlocked.Increment(ref _failed);
                Failures.AddOrUpdate($"{exception.Failure} {exception.Code}", 1, static (_, count) => count + 1);
                await Task.Yield();
            }

            var elapsed = Stopwatch.GetElapsedTime(started).Ticks;

            for (var slowest = Volatile.Read(ref _slowest); elapsed > slowest && Interlocked.CompareExchange(ref _slowest, elapsed, slowest) != slowest; slowest = Volatile.Read(ref _slowest))
            {
                // Another caller was slower meanwhile.
            }
        }
    }
}
