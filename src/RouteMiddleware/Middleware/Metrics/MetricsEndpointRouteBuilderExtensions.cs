using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware;
using RouteMiddleware.Middleware.Metrics;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoint that Prometheus reads.</summary>
public static class MetricsEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps an endpoint that tells the application's metrics in Prometheus' text format, or in OpenMetrics where the caller asks for it. It counts from this call on. Whoever can
    /// reach it can read it: put it behind <c>auth</c> or <c>ip_filter</c>.
    /// </summary>
    /// <param name="endpoints">The application or group.</param>
    /// <param name="pattern">The path. Default: <c>/metrics</c>.</param>
    /// <param name="configure">Changes the options of the section <c>Metrics</c>. Default: as the settings say.</param>
    /// <returns>The endpoint, to put middleware, authorization or a host on.</returns>
    /// <exception cref="RouteMiddlewareException"><c>AddRouteMiddleware()</c> was not called; at start, with every other fault, the section can't be read or an option is out of its range.</exception>
    public static IEndpointConventionBuilder MapMetrics(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern = "/metrics",
        Action<MetricsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        var services = endpoints.ServiceProvider;
        var exports = services.GetService<MetricsExports>()
            ?? throw new RouteMiddlewareException(new RouteMiddlewareFault(
                "app.MapMetrics()",
                "The services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));

        return endpoints.MapGet(pattern, PageOf(services, exports, pattern, configure)).WithDisplayName("Metrics");
    }

    private static RequestDelegate PageOf(IServiceProvider services, MetricsExports exports, string pattern, Action<MetricsOptions>? configure)
    {
        try
        {
            var options = services.GetRequiredService<ISharedOptions>().Get<MetricsOptions>("metrics");
            configure?.Invoke(options);
            var page = new MetricsPage(exports.Add(options));

            if (options.MiddlewareDurations)
            {
                services.GetRequiredService<IChainObservation>().IsWanted = true;
            }

            return page.WriteAsync;
        }
        catch (RouteMiddlewareException exception)
        {
            return services.GetRequiredService<MetricsFaults>().Refuse(exception);
        }
        catch (OptionsValidationException exception)
        {
            return services.GetRequiredService<MetricsFaults>().Refuse(new RouteMiddlewareException(
                [.. exception.Failures.Select(failure => new RouteMiddlewareFault($"app.MapMetrics(\"{pattern}\")", failure, "Set it under RouteMiddleware:Metrics, or in the call."))]));
        }
    }
}
