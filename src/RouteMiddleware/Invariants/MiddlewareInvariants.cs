using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;

namespace RouteMiddleware.Invariants;

/// <summary>
/// The rules that the chains of an application's routes must keep. Checked when the application starts, which is refused with every breach, and by
/// <see cref="Check"/>. Choose the routes first, then say what they must.
/// </summary>
public sealed class MiddlewareInvariants
{
    private readonly RouteSelection _all;
    private readonly IApplicationBuilder _app;

    internal MiddlewareInvariants(InvariantList list, IApplicationBuilder app)
    {
        _all = new RouteSelection(list);
        _app = app;
    }

    /// <summary>Chooses every route, also those without any middleware.</summary>
    /// <returns>The selection.</returns>
    public RouteSelection All() => _all.All();

    /// <summary>Chooses every route that can answer a path under a prefix, by segment and without case: <c>/admin</c> means itself and everything below it, not <c>/administrator</c>.</summary>
    /// <param name="pattern">A path; <c>*</c> is any one segment. A parameter of a route counts as every text that it takes: <c>/{page}</c> can answer <c>/admin</c>.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Under(string pattern) => _all.Under(pattern);

    /// <summary>Chooses one route by its template: <c>POST /api/orders/{id}</c>; without a method, each route of that template.</summary>
    /// <param name="route">Method and template. The parameters count by name; their constraints and defaults don't.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Route(string route) => _all.Route(route);

    /// <summary>Chooses the routes that take one of some HTTP methods; one that takes every method is among them.</summary>
    /// <param name="methods">The methods, without case.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Methods(params string[] methods) => _all.Methods(methods);

    /// <summary>Chooses the routes that take a method other than GET, HEAD, OPTIONS and TRACE, which change nothing (RFC 9110); one that takes every method is among them.</summary>
    /// <returns>The selection.</returns>
    public RouteSelection UnsafeMethods() => _all.UnsafeMethods();

    /// <summary>Chooses routes by a predicate, which may look at pattern and metadata. Asked once for each route at each check.</summary>
    /// <param name="predicate">Whether the rule is about the route.</param>
    /// <param name="text">Set by the compiler, for messages.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Where(Func<RouteEndpoint, bool> predicate, [CallerArgumentExpression(nameof(predicate))] string text = "") => _all.Where(predicate, text);

    /// <summary>
    /// Checks everything that the start checks, these rules included, without a start: no port is opened, no hosted service runs. For tests and builds.
    /// Call it when everything is mapped.
    /// </summary>
    /// <exception cref="RouteMiddlewareException">The start would be refused; with every fault.</exception>
    public void Check() => _app.ApplicationServices.GetRequiredService<StartupCheck>().Check(_app);
}
