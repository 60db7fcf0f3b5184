namespace RouteMiddleware.Settings;

/// <summary>On which paths an entry runs: on those included (all, where none are named) and not excluded.</summary>
internal sealed class PathCondition(IReadOnlyList<PathPattern> include, IReadOnlyList<PathPattern> exclude)
{
    private readonly PathPattern[] _include = [.. include];
    private readonly PathPattern[] _exclude = [.. exclude];

    public IReadOnlyList<PathPattern> Include => _include;

    public IReadOnlyList<PathPattern> Exclude => _exclude;

    public bool Matches(string? path) => (_include.Length == 0 || Any(_include, path)) && !Any(_exclude, path);

    /// <summary>The patterns: two conditions with the same text are the same.</summary>
    public override string ToString() => $"{string.Join(' ', _include.Select(static pattern => pattern.Text))} -{string.Join(" -", _exclude.Select(static pattern => pattern.Text))}";

    private static bool Any(PathPattern[] patterns, string? path)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(path))
            {
                return true;
            }
        }

        return false;
    }
}
