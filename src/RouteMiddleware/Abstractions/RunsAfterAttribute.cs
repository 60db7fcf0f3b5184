namespace RouteMiddleware;

/// <summary>States that, where both are in one chain, this middleware stands behind the named one. Checked for each endpoint when the application starts.</summary>
/// <param name="alias">The alias of the middleware that must come first.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class RunsAfterAttribute(string alias) : Attribute
{
    /// <summary>The alias of the middleware that must come first.</summary>
    public string Alias { get; } = alias;
}
