using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Hands the options of a bare alias to services that belong to its middleware.</summary>
internal sealed class SharedOptions(MiddlewareCatalog catalog) : ISharedOptions
{
    public TOptions Get<TOptions>(string alias)
        where TOptions : class
    {
        var faults = new FaultList();

        if (catalog.FindByAlias(alias) is not { } registration)
        {
            throw new RouteMiddlewareException(new RouteMiddlewareFault(alias, $"No middleware has the alias '{alias}'.", catalog.AdviceOnUnknown(alias) ?? ""));
        }

        if (registration.OptionsType != typeof(TOptions))
        {
            throw new RouteMiddlewareException(new RouteMiddlewareFault(alias, $"'{alias}' has {registration.OptionsType?.Name ?? "no options"}, not {typeof(TOptions).Name}.", "Ask for that type."));
        }

        var options = catalog.Options.CreateShared(registration, faults);
        faults.ThrowIfAny();
        return (TOptions)options!;
    }
}
