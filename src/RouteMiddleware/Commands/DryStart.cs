using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Commands;

/// <summary>
/// Builds the application's pipeline as its start would, by the framework's own web host service, but with a server that listens nowhere. Of the application's hosted
/// services and lifespans none is started.
/// </summary>
internal static class DryStart
{
    private const string WebHostService = "Microsoft.AspNetCore.Hosting.GenericWebHostService";

    /// <summary>Builds and checks everything.</summary>
    /// <exception cref="RouteMiddlewareException">With every fault that would stop the start.</exception>
    public static async Task RunAsync(WebApplication app)
    {
        var registered = app.Services.GetService<RouteMiddlewareBuilder>()?.Services
            ?? throw new RouteMiddlewareException(new RouteMiddlewareFault(
                "app.RunWithMiddlewareCommandsAsync(args)",
                "The services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));

        var type = registered.LastOrDefault(static service => !service.IsKeyedService && service.ImplementationType?.FullName is WebHostService)?.ImplementationType
            ?? throw new InvalidOperationException($"The application has no {WebHostService}, which builds its pipeline.");

        // It logs what it throws; here the command tells it.
        var service = (IHostedService)ActivatorUtilities.CreateInstance(app.Services, type, new SilentServer(), NullLoggerFactory.Instance);
        await service.StartAsync(CancellationToken.None).ConfigureAwait(false);
        await service.StopAsync(CancellationToken.None).ConfigureAwait(false);

        // A host that captures errors of the start answers them to callers, and says nothing here.
        app.Services.GetRequiredService<MiddlewareCatalog>().Faults.ThrowIfAny();

        if (!app.Services.GetRequiredService<ChainComposer>().IsChecked)
        {
            throw new InvalidOperationException("The application's pipeline could not be built, and the host captured why (CaptureStartupErrors).");
        }
    }

    private sealed class SilentServer : IServer
    {
        // Without addresses: nobody is told of a port that isn't open.
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
            => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
