using System.Reflection;

namespace RouteMiddleware;

/// <summary>One middleware of a chain: what runs, who put it there, and with which options. No text of it holds a secret.</summary>
public sealed class ChainLink
{
    private readonly Func<IReadOnlyList<ChainOption>> _options;

    internal ChainLink(MiddlewareRegistration registration, Func<IReadOnlyList<ChainOption>> options)
    {
        Registration = registration;
        _options = options;
    }

    /// <summary>The alias, or the class's name where it has none.</summary>
    public string Name => Registration.Alias;

    /// <summary>What stands behind the colon of the entry, or <see langword="null"/>; <c>***</c> in the place of a secret.</summary>
    public string? Argument { get; internal init; }

    /// <summary>Where the entry stands: a settings key, file and line of the call, or the call itself where the compiler did not say.</summary>
    public string Origin { get; internal init; } = "";

    /// <summary>File and line of the call that put it on the endpoint or group, which may have named a group of entries; <see langword="null"/> in the global list.</summary>
    public string? AttachedAt { get; internal init; }

    /// <summary>Whether it comes from the global list, a group of endpoints, or the endpoint itself.</summary>
    public ChainPlace Place { get; internal init; }

    /// <summary>Whether it comes from the global list, and not from a group or route.</summary>
    public bool IsGlobal => Place == ChainPlace.Global;

    /// <summary>Where it runs on this endpoint: before parameters are bound, around the handler, or both.</summary>
    public ChainStage Stage { get; internal init; }

    /// <summary>The groups of entries through which it came here, outermost first.</summary>
    public IReadOnlyList<string> Groups { get; internal init; } = [];

    /// <summary>The path patterns on which alone it runs; none where it runs on all.</summary>
    public IReadOnlyList<string> Include { get; internal init; } = [];

    /// <summary>The path patterns on which it does not run.</summary>
    public IReadOnlyList<string> Exclude { get; internal init; } = [];

    /// <summary>Alias, class and options class.</summary>
    public MiddlewareRegistration Registration { get; }

    /// <summary>The full name of the middleware's class, or of the method of a delegate.</summary>
    public string ClassName => Registration.MiddlewareType is { } type ? type.FullName ?? type.Name : NameOf(Registration.Middleware?.Method ?? Registration.Configure?.Method ?? Registration.Factory?.Method);

    /// <summary>The method of a middleware that is a delegate.</summary>
    internal MethodInfo? Method => Registration.Middleware?.Method;

    /// <summary>Reads the options that are in effect now, after the last accepted reload of the settings, and where each value came from. Found out at this call.</summary>
    /// <returns>The options in the order of their class, the keys of a map one by one; none where the middleware takes no options.</returns>
    public IReadOnlyList<ChainOption> GetOptions() => _options();

    /// <summary>The entry as a list would write it.</summary>
    /// <returns><c>alias</c> or <c>alias:argument</c>.</returns>
    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";

    private static string NameOf(MethodInfo? method) => method is null ? "" : $"{method.DeclaringType?.FullName}.{method.Name}";
}
