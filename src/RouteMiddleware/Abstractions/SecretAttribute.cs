namespace RouteMiddleware;

/// <summary>Marks an option whose value is a secret, or a class whose values are: lists, pages and logs of the library never show it, whatever its name is.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct, Inherited = true)]
public sealed class SecretAttribute : Attribute;
