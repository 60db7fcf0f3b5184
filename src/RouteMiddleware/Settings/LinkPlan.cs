namespace RouteMiddleware.Settings;

/// <summary>One middleware at one place, with everything that is known of it before it is made.</summary>
internal sealed class LinkPlan
{
    public required MiddlewareRegistration Registration { get; init; }

    /// <summary>Settings key, or file and line of the call.</summary>
    public required string Where { get; init; }

    public string? Argument { get; init; }

    public IReadOnlyDictionary<string, string?> Options { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    public PathCondition? Condition { get; init; }

    /// <summary>Why the entry is out of every chain, or <see langword="null"/> where it counts.</summary>
    public string? Inactive { get; init; }

    /// <summary>The groups through which the entry came here, outermost first.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The <c>configure</c> delegate of the call.</summary>
    public Action<object>? Configure { get; init; }

    public string Name => Registration.Alias;

    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";
}
