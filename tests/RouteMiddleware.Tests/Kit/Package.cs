using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;

namespace RouteMiddleware.Tests.Kit;

/// <summary>The package of a library as <c>dotnet pack</c> makes it of what was built for the tests, unpacked.</summary>
public sealed class Package : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("package-").FullName;

    public Package(string name)
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        Run("pack", Path.Combine(Repository.Root, "src", name, $"{name}.csproj"), "--no-build", "-c", configuration, "-o", Path.Combine(_folder, "out"), "-v", "q", "--nologo");
        Folder = Path.Combine(_folder, "content");
        ZipFile.ExtractToDirectory(Directory.GetFiles(Path.Combine(_folder, "out"), "*.nupkg").Single(), Folder);
    }

    public string Folder { get; }

    /// <summary>The schemas that a project gets which uses the package: file and the pattern of the files that it is for.</summary>
    public IReadOnlyList<(string File, string Pattern)> ReadSchemaSegments(string name)
    {
        var project = Path.Combine(_folder, "user.proj");
        File.WriteAllText(project, $"""<Project><Import Project="content/buildTransitive/{name}.targets" /></Project>""");
        var items = JsonNode.Parse(Run("msbuild", project, "-getItem:JsonSchemaSegment", "-nologo"))!["Items"]!["JsonSchemaSegment"]!.AsArray();
        return [.. items.Select(static item => (Path.GetFullPath((string)item!["FullPath"]!), (string)item["FilePathPattern"]!))];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {arguments[0]}: {output}{error.Result}");
        return output;
    }
}
