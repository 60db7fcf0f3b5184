using System.Reflection;

namespace RouteMiddleware;

/// <summary>One middleware of a chain: what runs, and who put it there.</summary>
public sealed class ChainLink
{
    internal ChainLink(MiddlewareRegistration registration, string? argument, string origin, bool isGlobal)
    {
        Registration = registration;
        Argument = argument;
        Origin = origin;
        IsGlobal = isGlobal;
    }

    /// <summary>The alias, or the class's name where it has none.</summary>
    public string Name => Registration.Alias;

    /// <summary>What stands behind the colon of the entry, or <see langword="null"/>.</summary>
    public string? Argument { get; }

    /// <summary>Where it was put on: a settings key, or route, file and line of the call.</summary>
    public string Origin { get; }

    /// <summary>Whether it comes from the global list, and not from a group or route.</summary>
    public bool IsGlobal { get; }

    /// <summary>Alias, class and options class.</summary>
    public MiddlewareRegistration Registration { get; }

    /// <summary>The method of a middleware that is a delegate.</summary>
    internal MethodInfo? Method => Registration.Middleware?.Method;

    /// <summary>The entry as a list would write it.</summary>
    /// <returns><c>alias</c> or <c>alias:argument</c>.</returns>
    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";
}
