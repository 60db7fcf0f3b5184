namespace RouteMiddleware.Middleware.Cors;

/// <summary>An entry with a <c>*</c>: it stands for exactly one label of the host.</summary>
internal sealed class OriginPattern(string entry)
{
    private readonly string _before = entry[..entry.IndexOf('*', StringComparison.Ordinal)];
    private readonly string _behind = entry[(entry.IndexOf('*', StringComparison.Ordinal) + 1)..];

    /// <summary>Whether only a top-level domain stands behind the <c>*</c>: whoever registers a name there is let in.</summary>
    public bool IsWide => _behind.LastIndexOf('.') == 0 && _behind.Split(':')[0] is not ".localhost";

    /// <param name="origin">A well-formed origin in lower case.</param>
    public bool Matches(string origin)
        => origin.Length > _before.Length + _behind.Length
            && origin.StartsWith(_before, StringComparison.Ordinal)
            && origin.EndsWith(_behind, StringComparison.Ordinal)
            && origin.AsSpan(_before.Length, origin.Length - _before.Length - _behind.Length).IndexOfAny('.', ':') < 0;
}
