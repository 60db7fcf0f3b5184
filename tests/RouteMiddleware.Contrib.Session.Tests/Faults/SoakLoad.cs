using System.Diagnostics;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>All who use the application during the rounds.</summary>
internal sealed class SoakLoad : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly SoakRig _rig;
    private readonly CancellationTokenSource _ending = new();
    private readonly SoakSession[] _sessions;
    private readonly SoakWorker[] _workers;
    private Task _running = Task.CompletedTask;

    private SoakLoad(SoakRig rig)
    {
        _rig = rig;
        _sessions = [new(rig, "own"), new(rig, "shared")];
        _workers =
        [
            new SessionWorker(rig, _sessions[0], "a"),
            .. "bcd".Select(letter => new SessionWorker(rig, _sessions[1], $"{letter}")),
            new EchoWorker(rig, 1),
            new EchoWorker(rig, 2),
            new LimitWorker(rig, "local"),
            new LimitWorker(rig, "closed"),
            new CacheWorker(rig),
            new PlainWorker(rig),
        ];
    }

    public int Lost => _sessions.Sum(static session => session.Lost);

    public int Successes => _workers.Sum(static worker => worker.Successes);

    public static async Task<SoakLoad> StartAsync(SoakRig rig)
    {
        var load = new SoakLoad(rig);
        await load.BeginAsync();
        load._running = Task.WhenAll(load._workers.Select(worker => Task.Run(() => worker.RunAsync(load._ending.Token))));
        await load.GoesOnAsync();
        return load;
    }

    /// <summary>Waits until everybody has succeeded anew.</summary>
    public Task GoesOnAsync()
    {
        var before = _workers.Select(static worker => worker.Successes).ToArray();
        return Eventually.HoldsAsync(() => _workers.Zip(before).All(static pair => pair.First.Successes > pair.Second + 1), Patience);
    }

    /// <summary>Waits until everybody has succeeded after a moment, and measures how long each took to.</summary>
    public async Task RecoversAsync(string fault)
    {
        var moment = Stopwatch.GetTimestamp();

        foreach (var worker in _workers)
        {
            worker.Expect();
        }

        await Eventually.HoldsAsync(() => _workers.All(worker => worker.FirstSuccessSince(moment) is not null), Patience);
        var (call, session) = (_workers.OfType<EchoWorker>().Min(worker => worker.FirstSuccessSince(moment)), _workers.OfType<SessionWorker>().Min(worker => worker.FirstSuccessSince(moment)));

        foreach (var (what, first) in new[] { ("call", call), ("session", session) })
        {
            _rig.Measures.Add($"first {what} after the return, all faults", Stopwatch.GetElapsedTime(moment, first!.Value));
        }

        _rig.Measures.Add($"first session after: {fault}", Stopwatch.GetElapsedTime(moment, session!.Value));
    }

    /// <summary>Holds everybody up and checks what is there; begins anew where the store may have forgotten something.</summary>
    public async Task CheckAsync()
    {
        await Task.WhenAll(_workers.Select(static worker => worker.HoldAsync()));

        foreach (var session in _sessions)
        {
            await session.CheckAsync();
        }

        foreach (var worker in _workers)
        {
            if (!_rig.MayForget || worker is LimitWorker)
            {
                await worker.CheckAsync();
            }
        }

        if (_rig.MayForget)
        {
            await BeginAsync();
        }

        foreach (var worker in _workers)
        {
            worker.GoOn();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        _ending.Dispose();

        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    private async Task BeginAsync()
    {
        foreach (var session in _sessions)
        {
            await session.BeginAsync();
        }

        foreach (var worker in _workers)
        {
            await worker.BeginAsync();
        }
    }
}
