using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware;

/// <summary>
/// A middleware of ASP.NET Core's own, with options of its own, around whatever follows: a small pipeline for each thing that can follow, made at its first request.
/// What it needs besides is asked of the application.
/// </summary>
internal sealed class InBoxBranch : IDisposable
{
    private readonly ConditionalWeakTable<RequestDelegate, RequestDelegate> _pipelines = [];
    private readonly IServiceProvider _application;
    private readonly ServiceProvider _own;
    private readonly Action<IApplicationBuilder> _use;
    private readonly Func<RequestDelegate, RequestDelegate> _build;

    /// <summary>Makes the branch, and a pipeline on trial: what it lacks is a fault at start.</summary>
    /// <param name="application">The application's services.</param>
    /// <param name="register">Registers what this use alone has: options, most of all. They win over the application's.</param>
    /// <param name="use">The middleware's <c>UseX()</c>.</param>
    public InBoxBranch(IServiceProvider application, Action<IServiceCollection> register, Action<IApplicationBuilder> use)
    {
        _application = application;
        _use = use;
        _build = Build;

        var services = new ServiceCollection();
        services.AddSingleton(application.GetRequiredService<ILoggerFactory>());
        services.AddSingleton(application.GetRequiredService<TimeProvider>());
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        register(services);
        _own = services.BuildServiceProvider();

        Build(static _ => Task.CompletedTask);
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => (_pipelines.TryGetValue(next, out var pipeline) ? pipeline : _pipelines.GetOrAdd(next, _build))(context);

    public void Dispose() => _own.Dispose();

    private RequestDelegate Build(RequestDelegate next)
    {
        // Some ask the server where it listens.
        var features = _application.GetService<IServer>()?.Features ?? new FeatureCollection();
        var app = new ApplicationBuilder(new LayeredServices(_own, _application), features);
        _use(app);
        app.Run(next);
        return app.Build();
    }

    private sealed class LayeredServices(ServiceProvider own, IServiceProvider application) : IServiceProvider, IServiceProviderIsService
    {
        // Asked when a constructor is chosen: what the application has is there too.
        public object? GetService(Type serviceType)
            => serviceType == typeof(IServiceProviderIsService) ? this : own.GetService(serviceType) ?? application.GetService(serviceType);

        public bool IsService(Type serviceType)
            => own.GetRequiredService<IServiceProviderIsService>().IsService(serviceType)
                || application.GetService<IServiceProviderIsService>()?.IsService(serviceType) == true;
    }
}
