using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>Some routes of the application: those that meet every condition named. Each call makes a narrower selection and leaves the one it was called on as it is.</summary>
public sealed class RouteSelection
{
    private readonly InvariantList _list;
    private readonly IReadOnlyList<RouteCondition> _conditions;

    internal RouteSelection(InvariantList list)
        : this(list, [])
    {
    }

    private RouteSelection(InvariantList list, IReadOnlyList<RouteCondition> conditions)
    {
        _list = list;
        _conditions = conditions;
    }

    /// <summary>What the routes of this selection must.</summary>
    public RouteObligation Must => new(_list, this);

    /// <summary>Whether there may be no such route.</summary>
    internal bool IsOptional { get; private init; }

    /// <summary>Why the conditions can't be read.</summary>
    internal IEnumerable<string> Faults => _conditions.Select(static condition => condition.Fault).OfType<string>();

    /// <summary>Narrows nothing: every route that meets the other conditions.</summary>
    /// <returns>The selection.</returns>
    public RouteSelection All() => With(new RouteCondition("All()", static _ => true));

    /// <summary>Keeps the routes that can answer a path under a prefix, by segment and without case: <c>/admin</c> means itself and everything below it, not <c>/administrator</c>.</summary>
    /// <param name="pattern">A path; <c>*</c> is any one segment. A parameter of a route counts as every text that it takes: <c>/{page}</c> can answer <c>/admin</c>.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Under(string pattern) => With(RouteCondition.Under(pattern));

    /// <summary>Keeps one route by its template: <c>POST /api/orders/{id}</c>; without a method, each route of that template.</summary>
    /// <param name="route">Method and template. The parameters count by name; their constraints and defaults don't.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Route(string route) => With(RouteCondition.Route(route));

    /// <summary>Keeps the routes that take one of some HTTP methods; one that takes every method is among them.</summary>
    /// <param name="methods">The methods, without case.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Methods(params string[] methods) => With(RouteCondition.Methods(methods));

    /// <summary>Keeps the routes that take a method other than GET, HEAD, OPTIONS and TRACE, which change nothing (RFC 9110); one that takes every method is among them.</summary>
    /// <returns>The selection.</returns>
    public RouteSelection UnsafeMethods() => With(RouteCondition.UnsafeMethods());

    /// <summary>Keeps routes by a predicate, which may look at pattern and metadata. Asked once for each route at each check.</summary>
    /// <param name="predicate">Whether the rule is about the route.</param>
    /// <param name="text">Set by the compiler, for messages.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Where(Func<RouteEndpoint, bool> predicate, [CallerArgumentExpression(nameof(predicate))] string text = "")
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return With(new RouteCondition($"Where({text})", facts => predicate(facts.Endpoint)));
    }

    /// <summary>Leaves out the routes whose every path is under a prefix, by segment and without case. One that answers other paths as well stays in.</summary>
    /// <param name="pattern">A path; <c>*</c> is any one segment.</param>
    /// <returns>The selection.</returns>
    public RouteSelection Except(string pattern) => With(RouteCondition.Except(pattern));

    /// <summary>Leaves out one route by its template: <c>GET /{**page}</c>; without a method, each route of that template.</summary>
    /// <param name="route">Method and template. A route that takes more methods than the one named stays in.</param>
    /// <returns>The selection.</returns>
    public RouteSelection ExceptRoute(string route) => With(RouteCondition.ExceptRoute(route));

    /// <summary>Allows that there is no such route. Without this, a rule about no route at all is a fault: a typo must not pass for a proof.</summary>
    /// <returns>The selection.</returns>
    public RouteSelection IfAny() => new(_list, [.. _conditions, new RouteCondition("IfAny()", static _ => true)]) { IsOptional = true };

    /// <summary>The calls that made the selection.</summary>
    /// <returns>As in <c>Under("/admin").UnsafeMethods()</c>.</returns>
    public override string ToString() => string.Join('.', _conditions);

    internal bool Includes(RouteFacts route)
    {
        foreach (var condition in _conditions)
        {
            if (!condition.Includes(route))
            {
                return false;
            }
        }

        return true;
    }

    private RouteSelection With(RouteCondition condition) => new(_list, [.. _conditions, condition]) { IsOptional = IsOptional };
}
