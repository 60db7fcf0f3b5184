using System.Diagnostics;
using System.Globalization;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>All rounds on one server.</summary>
internal sealed class SoakRun(SoakRig rig, Random random)
{
    private readonly Dictionary<string, int> _rounds = new(StringComparer.Ordinal);
    private readonly long _began = Stopwatch.GetTimestamp();
    private double _connectsPerSecond;

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        await using var load = await SoakLoad.StartAsync(rig);
        var faults = FaultTable.All.Where(fault => rig.Proxy is not null || !fault.IsOnTheWay).ToArray();

        for (var cycle = 0; cycle < FaultPlan.Rounds; cycle++)
        {
            random.Shuffle(faults);

            foreach (var fault in faults.TakeWhile(_ => GoesOn))
            {
                await RoundAsync(fault, load);
            }
        }

        foreach (var fault in FaultPlan.IsLong ? FaultTable.Long.TakeWhile(_ => GoesOn) : [])
        {
            await RoundAsync(fault, load);
        }

        return Report(load);
    }

    private bool GoesOn => rig.History.Odd.Count == 0 && Stopwatch.GetElapsedTime(_began) < FaultPlan.Budget;

    private async Task RoundAsync(Fault fault, SoakLoad load)
    {
        _rounds[fault.Name] = _rounds.GetValueOrDefault(fault.Name) + 1;
        rig.Round = fault.Name;
        rig.History.Note($"--- {fault.Name}");
        await load.GoesOnAsync();
        var (connects, began) = (rig.Proxy?.Accepted ?? 0, Stopwatch.GetTimestamp());

        rig.MayForget = fault.Forgets || (fault.Kills && rig.Persistence != Persistence.Written);
        rig.IsFaulty = true;
        await fault.BreakAsync(rig, random);
        using (var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(fault.Shortest, fault.Longest))))
        {
            await pause.WaitForNextTickAsync();
        }

        await fault.MendAsync(rig);
        rig.History.Note("--- mended");

        // A pause ends by itself.
        await Eventually.HoldsAsync(async () => await rig.Server.CommandAsync("SET", "soak", "1") == "OK", TimeSpan.FromMinutes(3));
        rig.IsFaulty = false;
        rig.History.Note("--- it answers");
        Count(connects, began);

        await load.RecoversAsync(fault.Name);
        await load.CheckAsync();
        rig.MayForget = false;
    }

    private void Count(int connects, long began)
    {
        var took = Stopwatch.GetElapsedTime(began);

        // Those of a short fault are one attempt, however many that makes in a second.
        if (rig.Proxy is { } proxy && took > TimeSpan.FromSeconds(1))
        {
            _connectsPerSecond = Math.Max(_connectsPerSecond, (proxy.Accepted - connects) / took.TotalSeconds);
        }
    }

    private List<string> Report(SoakLoad load)
    {
        var report = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"## {rig.Persistence}: {_rounds.Values.Sum()} rounds in {Stopwatch.GetElapsedTime(_began).TotalSeconds:0} s, {load.Successes} successes, {load.Lost} acknowledged additions forgotten by the store"),
            string.Join(", ", _rounds.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value}")),
        };

        if (rig.Proxy is not null)
        {
            report.Add(string.Create(CultureInfo.InvariantCulture, $"most connections in a second, in faults that lasted longer: {_connectsPerSecond:0.0}"));
        }

        report.AddRange(rig.Measures.Report());
        return report;
    }
}
