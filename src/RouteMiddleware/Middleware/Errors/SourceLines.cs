namespace RouteMiddleware.Middleware.Errors;

/// <summary>Reads the lines around a place in a source file, where that file is on this machine.</summary>
internal static class SourceLines
{
    private const int Around = 4;
    private const int LongestLine = 300;
    private const long LargestFile = 2 * 1024 * 1024;

    public static async Task<IReadOnlyList<KeyValuePair<int, string>>> ReadAsync(string? file, int line)
    {
        if (line <= 0 || string.IsNullOrEmpty(file) || new FileInfo(file) is not { Exists: true, Length: < LargestFile })
        {
            return [];
        }

        try
        {
            var lines = await File.ReadAllLinesAsync(file).ConfigureAwait(false);
            var first = Math.Max(1, line - Around);
            var last = Math.Min(lines.Length, line + Around);

            return Dedent([.. Enumerable.Range(first, Math.Max(0, last - first + 1)).Select(number => KeyValuePair.Create(number, Cut(lines[number - 1])))]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The page is about another error; the frame's file and line are told all the same.
            return [];
        }
    }

    // A phone has no room for the indentation that all lines share.
    private static KeyValuePair<int, string>[] Dedent(KeyValuePair<int, string>[] lines)
    {
        var shared = lines.Where(static line => !string.IsNullOrWhiteSpace(line.Value)).Select(static line => line.Value.Length - line.Value.TrimStart(' ').Length).DefaultIfEmpty(0).Min();

        return Array.ConvertAll(lines, line => KeyValuePair.Create(line.Key, line.Value[Math.Min(shared, line.Value.Length)..]));
    }

    private static string Cut(string line) => line.Length <= LongestLine ? line : string.Concat(line.AsSpan(0, LongestLine), " …");
}
