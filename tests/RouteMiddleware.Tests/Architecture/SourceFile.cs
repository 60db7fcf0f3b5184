using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Architecture;

/// <summary>One file of a library, with the folders it lies in.</summary>
internal sealed record SourceFile(string Path, string[] Folders, string Text)
{
    public static IEnumerable<SourceFile> Of(string library)
        => from path in Repository.Files($"src/{library}", "*.cs")
           let folders = System.IO.Path.GetDirectoryName(path)!.Replace('\\', '/').Split('/')[2..]
           select new SourceFile(path, folders, Repository.Read(path));
}
