using Microsoft.Extensions.Logging;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Hands the options of a bare alias to services that belong to its middleware.</summary>
internal sealed partial class SharedOptions(MiddlewareCatalog catalog, ILogger<SharedOptions> logger) : ISharedOptions
{
    public event EventHandler? Reloaded;

    /// <summary>Tells whoever made something of the options that there are others. A listener that fails keeps nobody from hearing it.</summary>
    public void Announce()
    {
        foreach (var listener in Delegate.EnumerateInvocationList(Reloaded))
        {
            try
            {
                listener(this, EventArgs.Empty);
            }
            catch (Exception exception)
            {
                Log.ListenerFailed(logger, exception);
            }
        }
    }

    public TOptions Get<TOptions>(string alias)
        where TOptions : class
    {
        var faults = new FaultList();

        if ((catalog.FindByAlias(alias) ?? catalog.FindSection(alias)) is not { } registration)
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A service that follows the options failed to take the new ones.", EventName = "ListenerFailed")]
        public static partial void ListenerFailed(ILogger logger, Exception exception);
    }
}
