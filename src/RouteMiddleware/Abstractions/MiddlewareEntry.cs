namespace RouteMiddleware;

/// <summary>One item of a list: the name of a middleware or of a group, and under which conditions and with which options it stands there.</summary>
/// <remarks>A text converts by itself: <c>"auth"</c>, <c>"rate_limit:100/1m"</c>, or the name of a type.</remarks>
public sealed class MiddlewareEntry
{
    /// <summary>Makes an entry from its text.</summary>
    /// <param name="name">An alias, <c>alias:argument</c>, the name of a group, or the name of a type.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public MiddlewareEntry(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name.Trim();
    }

    /// <summary>An alias, <c>alias:argument</c>, the name of a group, or the name of a type.</summary>
    public string Name { get; }

    /// <summary>Values of the middleware's options, by key as in the settings (<c>PermitLimit</c>, nested ones by <c>:</c>). Default: none.</summary>
    public IDictionary<string, string?> Options { get; init; } = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the entry counts at all. Default: <see langword="true"/>. Decided at start.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Path patterns; where there are any, the middleware runs on matching paths only. Default: none. By segment, without case: <c>*</c> is one segment, <c>**</c> the rest.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Path patterns on which the middleware does not run; they win over <see cref="Include"/>. Default: none.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Names of the host environments in which the entry counts. Default: none, which means in all of them. Decided at start.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>Makes an entry from its text.</summary>
    /// <param name="name">An alias, <c>alias:argument</c>, the name of a group, or the name of a type.</param>
    public static implicit operator MiddlewareEntry(string name) => new(name);

    /// <summary>Makes an entry from its text.</summary>
    /// <param name="name">An alias, <c>alias:argument</c>, the name of a group, or the name of a type.</param>
    /// <returns>The entry.</returns>
    public static MiddlewareEntry FromString(string name) => new(name);

    /// <summary>The entry's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
