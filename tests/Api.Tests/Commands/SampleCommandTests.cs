using System.Diagnostics;
using RouteMiddleware.Tests.Kit;

namespace Api.Tests.Commands;

/// <summary>The commands of the sample, each in a process of its own as people start it.</summary>
public sealed class SampleCommandTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "samples", "Api");

    [Fact]
    public async Task Check_OfTheSample_IsGood()
    {
        var (exit, output, _) = await RunAsync("Development", "check");

        Assert.Equal(0, exit);
        Assert.StartsWith("Good: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_InProductionWithoutSecrets_NamesBoth()
    {
        var (exit, _, errors) = await RunAsync("Production", "check");

        Assert.Equal(1, exit);
        Assert.Contains("RouteMiddleware:Auth", errors, StringComparison.Ordinal);
        Assert.Contains("RouteMiddleware:Session", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_OfOneRoute_ShowsItsChain()
    {
        var (exit, output, _) = await RunAsync("Development", "list", "--route", "/api/status");

        Assert.Equal(0, exit);
        Assert.Contains("| maintenance → rate_limit:100/1m → body_limit:64kb (without auth)", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_OfAnOrder_TellsWhereEachValueCameFrom_AndNoSecret()
    {
        var (exit, output, _) = await RunAsync("Development", "explain", "POST /api/orders");

        Assert.Equal(0, exit);
        Assert.Contains("(argument rate_limit:100/1m in RouteMiddleware:Groups:api:2)", output, StringComparison.Ordinal);
        Assert.Contains("*** (RouteMiddleware:Auth:Secret)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("base64:", output, StringComparison.Ordinal);
    }

    /// <summary>Whoever changes a chain of the sample writes <c>middleware.lock</c> anew, and the change is seen in the review.</summary>
    [Fact]
    public async Task Lock_OfTheSample_IsAsCommitted()
    {
        var (exit, output, errors) = await RunAsync("Development", "lock", "--verify");

        Assert.True(exit == 0, output + errors);
    }

    [Fact]
    public async Task Lock_FromBeforeARouteLostItsAuth_IsADifference()
    {
        var before = Path.GetTempFileName();
        var committed = await File.ReadAllTextAsync(Path.Combine(Folder, "middleware.lock"));

        // As it stood before somebody wrote WithoutMiddleware("auth") behind the route.
        const string Chain = "maintenance\n  rate_limit:100/1m";
        var status = committed.IndexOf("GET /api/status", StringComparison.Ordinal);
        var chain = committed.IndexOf(Chain, status, StringComparison.Ordinal);
        await File.WriteAllTextAsync(before, committed.Insert(chain + "maintenance\n".Length, "  auth\n"));

        var (exit, output, errors) = await RunAsync("Development", "lock", "--verify", "--file", before);

        File.Delete(before);
        Assert.Equal(1, exit);
        Assert.Contains("-  auth", output + errors, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(string environment, params string[] command)
    {
        // .../bin/<configuration>/net10.0/
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(Folder, "bin", configuration, "net10.0", "Api.dll"), "middleware", .. command])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = environment, ["DOTNET_ENVIRONMENT"] = environment },
        })!;

        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
