namespace RouteMiddleware;

/// <summary>A header that a middleware sets on answers, for documents.</summary>
/// <param name="name">The header's name.</param>
/// <param name="description">What it tells, in one sentence.</param>
public sealed class AnswerHeader(string name, string description)
{
    /// <summary><c>Retry-After</c> in whole seconds.</summary>
    public static AnswerHeader RetryAfter { get; } = new("Retry-After", "Seconds to wait before the request is sent again.") { IsNumber = true };

    /// <summary>The header's name.</summary>
    public string Name { get; } = name;

    /// <summary>What it tells, in one sentence.</summary>
    public string Description { get; } = description;

    /// <summary>Whether its value is a whole number. Default: <see langword="false"/>, text.</summary>
    public bool IsNumber { get; init; }

    /// <summary>The header's name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}
