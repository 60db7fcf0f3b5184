using System.Diagnostics;
using System.Globalization;

namespace RouteMiddleware.Contrib.Redis.Tests.Architecture;

/// <summary>In a process of its own: in this one other tests load the client.</summary>
public sealed class LoadedAssemblyTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("127.0.0.1:1", true)]
    public async Task Client_IsLoaded_OnlyWithRedisInTheSettings(string configuration, bool isLoaded)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(LoadedAssemblyTests).Assembly.Location, Subject.Word, configuration])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, said);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"loaded: {isLoaded}"), said, StringComparison.Ordinal);
    }
}
