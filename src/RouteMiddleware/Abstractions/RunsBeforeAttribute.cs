namespace RouteMiddleware;

/// <summary>States that, where both are in one chain, this middleware stands in front of the named one. Checked for each endpoint when the application starts.</summary>
/// <param name="alias">The alias of the middleware that must come later.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class RunsBeforeAttribute(string alias) : Attribute
{
    /// <summary>The alias of the middleware that must come later.</summary>
    public string Alias { get; } = alias;
}
