using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using RouteMiddleware;
using RouteMiddleware.Commands;
using RouteMiddleware.Explorer;
using RouteMiddleware.Introspection;
using RouteMiddleware.Introspection.Live;
using RouteMiddleware.Invariants;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;
using RouteMiddleware.Setup;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers RouteMiddleware.</summary>
public static class RouteMiddlewareServiceCollectionExtensions
{
    /// <summary>
    /// Registers the services and the built-in middleware. Their options, the groups and the global list come from the section
    /// <c>RouteMiddleware</c> of the application's configuration. Calling it again returns the same builder.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The builder, to register middleware and groups of your own.</returns>
    public static RouteMiddlewareBuilder AddRouteMiddleware(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        if (services.FirstOrDefault(static service => service.ServiceType == typeof(RouteMiddlewareBuilder))?.ImplementationInstance is RouteMiddlewareBuilder known)
        {
            return known;
        }

        var builder = new RouteMiddlewareBuilder(services);
        services.AddSingleton(builder);

        services.AddRouting();
        services.AddProblemDetails();
        services.TryAddSingleton(TimeProvider.System);

        services.AddSingleton(provider => new MiddlewareCatalog(
            builder,
            provider.GetService<IConfiguration>(),
            provider.GetService<IHostEnvironment>()?.EnvironmentName ?? Environments.Production));
        services.AddSingleton(_ => new ServiceLifetimes(services));
        services.AddSingleton<AttachmentPlans>();
        services.AddSingleton<OwnedInstances>();
        services.AddSingleton<LinkFactory>();
        services.AddSingleton<Observation>();
        services.AddSingleton<IChainObservation>(static provider => provider.GetRequiredService<Observation>());
        services.AddSingleton<RefusalMetrics>();
        services.AddSingleton<Generations>();
        services.AddSingleton<PlanCounterparts>();
        services.AddSingleton<OptionsReload>();
        services.AddSingleton<GlobalChain>();
        services.AddSingleton<ChainResolver>();
        services.AddSingleton<ChainComposer>();
        services.AddSingleton<SharedOptions>();
        services.AddSingleton<ISharedOptions>(static services => services.GetRequiredService<SharedOptions>());
        services.AddSingleton<IMiddlewareAnswers, MiddlewareAnswers>();
        services.AddSingleton<IMiddlewareChains, MiddlewareChains>();
        services.AddSingleton<StartupCheck>();
        services.AddSingleton<IStartupFilter>(static services => services.GetRequiredService<StartupCheck>());
        services.AddSingleton<TemplatePaths>();
        services.AddSingleton<InvariantList>();
        services.AddSingleton<ICheckEndpoints, InvariantCheck>();
        services.AddSingleton<ChainPlans>();
        services.AddSingleton<LiveFigures>();
        services.AddSingleton<ExplorerRoutes>();
        services.AddSingleton<ExplorerGuard>();
        services.AddSingleton<ICheckEndpoints>(static provider => provider.GetRequiredService<ExplorerGuard>());
        services.AddSingleton<ExplorerEndpoints>();
        services.AddSingleton<MatcherPolicy, PreflightMatcherPolicy>();
        services.AddSingleton(static _ => new CommandLogs([.. Environment.GetCommandLineArgs().Skip(1)]));
        services.AddSingleton<IPostConfigureOptions<ConsoleLoggerOptions>>(static provider => provider.GetRequiredService<CommandLogs>());
        services.AddSingleton<IStartupFilter>(static provider => provider.GetRequiredService<CommandLogs>());

        BuiltInMiddleware.AddTo(builder);
        return builder;
    }
}
