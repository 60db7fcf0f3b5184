using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>A middleware as a rule names it: by alias, by alias and argument, or by class.</summary>
internal sealed record MiddlewareName(string Name, string? Argument, Type? Type)
{
    public static MiddlewareName Of(string middleware)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(middleware);
        var (name, argument) = EntryText.Parse(middleware);
        return new(name, argument, null);
    }

    public static MiddlewareName Of(Type type) => new(type.Name, null, type);

    public bool Names(LinkPlan plan)
        => Type is not null
            ? plan.Registration.MiddlewareType == Type
            : AliasComparer.Instance.Equals(plan.Name, Name) && (Argument is null || string.Equals(Argument, plan.Argument, StringComparison.OrdinalIgnoreCase));

    /// <summary>Why nothing can ever have this name; <see langword="null"/> where something can.</summary>
    public (string What, string Fix)? FaultIn(MiddlewareCatalog catalog)
    {
        if (Type is not null || catalog.FindByAlias(Name) is not null)
        {
            return null;
        }

        return catalog.AdviceOnUnknown(Name) is { } advice
            ? ($"No middleware has the alias '{Name}'.", new EntryText(Name, null).NamesType ? "Name a class by its type: Run<TMiddleware>()." : advice)
            : ($"'{Name}' is a group.", "Name the middleware in it, each in a rule of its own.");
    }

    /// <summary>As the call was written.</summary>
    public string Call(string verb) => Type is null ? $"{verb}(\"{this}\")" : $"{verb}<{Name}>()";

    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";
}
