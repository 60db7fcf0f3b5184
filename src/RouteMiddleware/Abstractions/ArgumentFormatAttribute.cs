namespace RouteMiddleware;

/// <summary>What the arguments of a middleware look like, on its options: for editors of settings. What counts is <see cref="IAcceptArgument.ApplyArgument"/>.</summary>
/// <param name="pattern">A regular expression that a whole argument matches.</param>
/// <param name="example">An argument as a list would have it.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ArgumentFormatAttribute(string pattern, string example) : Attribute
{
    /// <summary>A regular expression that a whole argument matches.</summary>
    public string Pattern { get; } = pattern;

    /// <summary>An argument as a list would have it.</summary>
    public string Example { get; } = example;
}
