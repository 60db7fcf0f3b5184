namespace RouteMiddleware.Tests.Middleware;

/// <summary>Settings of one section, written on one line: <c>Timeout=5s, StatusCode=503</c>.</summary>
internal static class InBoxSettings
{
    public static Dictionary<string, string?> Of(string section, string settings)
        => settings
            .Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Select(static setting => setting.Split('=', 2))
            .ToDictionary(pair => $"RouteMiddleware:{section}:{pair[0]}", static string? (pair) => pair[1], StringComparer.Ordinal);
}
