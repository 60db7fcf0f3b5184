namespace RouteMiddleware;

/// <summary>
/// States what must be in the same chain. On a middleware: the named one must run on every endpoint that this one runs on.
/// On the type of a handler's parameter: the named middleware must run on every endpoint whose handler takes that type.
/// On a class of endpoint metadata: the named middleware must run on every endpoint that carries it.
/// Checked for each endpoint when the application starts.
/// </summary>
/// <param name="alias">The alias of the middleware that is needed.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Interface, AllowMultiple = true)]
public sealed class RequiresAttribute(string alias) : Attribute
{
    /// <summary>The alias of the middleware that is needed.</summary>
    public string Alias { get; } = alias;
}
