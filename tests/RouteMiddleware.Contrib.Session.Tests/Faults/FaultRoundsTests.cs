using RouteMiddleware.Tests.Kit;
using Xunit.Abstractions;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>
/// LIMITS 2: one application lives through every fault, in an order that a seed chooses, and is never wrong: no acknowledged write lost where the store keeps it, no third value, no
/// addition lost or made twice, no more admitted than the limit, no answer but those declared, nothing that hangs, and work goes on after each.
/// </summary>
public sealed class FaultRoundsTests(ITestOutputHelper output)
{
    [Fact]
    public async Task S10_R11_EveryFault_InAnyOrder_HarmsNobody()
    {
        output.WriteLine($"Seed {FaultPlan.Seed}, {FaultPlan.Rounds} round(s) of each fault.");
        var runs = Enum.GetValues<Persistence>().Select(persistence => Task.Run(() => RunAsync(persistence))).ToArray();
        var reports = await Task.WhenAll(runs);

        foreach (var line in reports.SelectMany(static report => report))
        {
            output.WriteLine(line);
        }

        await File.WriteAllLinesAsync(
            Path.Combine(Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "faults")).FullName, "report.txt"),
            reports.SelectMany(static report => report).Prepend($"Seed {FaultPlan.Seed}"));
    }

    private static async Task<IReadOnlyList<string>> RunAsync(Persistence persistence)
    {
        await using var rig = await SoakRig.StartAsync(persistence);

        try
        {
            var report = await new SoakRun(rig, new Random(FaultPlan.Seed + (int)persistence)).RunAsync();
            Assert.Empty(rig.History.Odd);
            Assert.DoesNotContain(rig.App.Logs.Records, static record => $"{record.Message}{record.Exception}".Contains(FaultTable.Password, StringComparison.Ordinal));
            return report;
        }
        catch (Exception exception)
        {
            var odd = string.Join('\n', rig.History.Odd.Take(20));
            var logs = string.Join('\n', rig.App.Logs.Records.TakeLast(20).Select(static record => record.Message));
            throw new InvalidOperationException(
                $"{persistence}, seed {FaultPlan.Seed}, fault '{rig.Round}'; the history is in {rig.History.Keep($"{persistence}.txt")}.\n{odd}\n{logs}",
                exception);
        }
    }
}
