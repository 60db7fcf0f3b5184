namespace RouteMiddleware;

/// <summary>States that a chain, the global list included, may hold this middleware only once. Checked for each endpoint when the application starts.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OncePerChainAttribute : Attribute;
