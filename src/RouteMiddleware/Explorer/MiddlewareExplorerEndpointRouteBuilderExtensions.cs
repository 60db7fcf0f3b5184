using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware;
using RouteMiddleware.Explorer;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the page that shows what runs where.</summary>
public static class MiddlewareExplorerEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a page that draws the chain of each route, shows the options in effect and where they come from, and counts requests, refusals, errors and times while somebody looks at it.
    /// It changes nothing, and masks secrets. Outside the environment <c>Development</c> it must carry authorization, or the application does not start.
    /// </summary>
    /// <param name="endpoints">The application or group.</param>
    /// <param name="pattern">The path. Default: <c>/_middleware</c>.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns>The page's endpoints, to put <c>RequireAuthorization()</c>, <c>WithMiddleware("auth:admin")</c> or a host on.</returns>
    /// <exception cref="RouteMiddlewareException"><c>AddRouteMiddleware()</c> was not called; at start, if nothing guards the page outside <c>Development</c>.</exception>
    public static IEndpointConventionBuilder MapMiddlewareExplorer(
        this IEndpointRouteBuilder endpoints,
        [StringSyntax("Route")] string pattern = "/_middleware",
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);

        var call = $"app.MapMiddlewareExplorer(\"{pattern}\")";
        var where = line > 0 ? $"{call} ({Path.GetFileName(file)}:{line})" : call;

        var explorer = endpoints.ServiceProvider.GetService<ExplorerEndpoints>()
            ?? throw new RouteMiddlewareException(new RouteMiddlewareFault(
                where,
                "The services of RouteMiddleware are not registered.",
                "Call builder.Services.AddRouteMiddleware() before the application is built."));

        endpoints.ServiceProvider.GetRequiredService<IChainObservation>().IsWanted = true;
        return explorer.MapTo(endpoints.MapGroup(pattern), new ExplorerMark(where));
    }
}
