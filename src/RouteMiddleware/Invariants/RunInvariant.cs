using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>
/// The rule that a middleware runs. Where it stands several times in one chain, one of them must meet all that the rule says. The order is the one in which a request meets the
/// middleware: what runs in the handler stage alone comes behind everything of the request stage.
/// </summary>
public sealed class RunInvariant
{
    private readonly MiddlewareName _middleware;
    private readonly List<(string Call, MiddlewareName? Other, Func<IReadOnlyList<LinkPlan>, int, string?> Breach)> _places = [];

    internal RunInvariant(MiddlewareName middleware) => _middleware = middleware;

    internal string? Reason { get; private set; }

    internal IEnumerable<MiddlewareName> Names => _places.Select(static place => place.Other).OfType<MiddlewareName>().Prepend(_middleware);

    /// <summary>It runs before every attachment of another middleware. A chain that does not have that other one meets this.</summary>
    /// <param name="middleware">An alias, or an alias with an argument.</param>
    /// <returns>This rule.</returns>
    public RunInvariant Before(string middleware)
    {
        var other = MiddlewareName.Of(middleware);
        return With(other.Call(nameof(Before)), other, (chain, index) => chain.Take(index).Any(other.Names) ? $"stands behind '{other}'" : null);
    }

    /// <summary>It runs after every attachment of another middleware. A chain that does not have that other one meets this.</summary>
    /// <param name="middleware">An alias, or an alias with an argument.</param>
    /// <returns>This rule.</returns>
    public RunInvariant After(string middleware)
    {
        var other = MiddlewareName.Of(middleware);
        return With(other.Call(nameof(After)), other, (chain, index) => chain.Skip(index + 1).Any(other.Names) ? $"stands before '{other}'" : null);
    }

    /// <summary>Nothing runs before it.</summary>
    /// <returns>This rule.</returns>
    public RunInvariant First() => With("First()", null, static (_, index) => index > 0 ? "is not the first" : null);

    /// <summary>Nothing runs after it but the handler.</summary>
    /// <returns>This rule.</returns>
    public RunInvariant Last() => With("Last()", null, static (chain, index) => index < chain.Count - 1 ? "is not the last" : null);

    /// <summary>Says why the rule is there: an item of a standard, a ticket. Shown with each breach.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>This rule.</returns>
    public RunInvariant Because(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Reason = reason;
        return this;
    }

    /// <summary>The calls that made the rule.</summary>
    /// <returns>As in <c>Run("auth").Before("rate_limit")</c>.</returns>
    public override string ToString() => string.Join('.', _places.Select(static place => place.Call).Prepend(_middleware.Call("Run")));

    /// <summary>What is wrong with a route's chain; <see langword="null"/> where nothing is.</summary>
    internal string? BreachOn(RouteFacts route, Func<MiddlewareName, string> explain)
    {
        var named = Enumerable.Range(0, route.Chain.Count).Where(index => _middleware.Names(route.Chain[index])).ToArray();

        if (named.Length == 0)
        {
            return $"'{_middleware}' does not run{explain(_middleware)}";
        }

        var certain = named.Where(index => route.AlwaysRuns(route.Chain[index])).ToArray();

        if (certain.Length == 0)
        {
            return $"'{_middleware}' runs on some of its paths only: {route.Chain[named[0]].Where} has Include or Exclude";
        }

        return certain.Any(index => _places.TrueForAll(place => place.Breach(route.Chain, index) is null))
            ? null
            : $"'{_middleware}' {string.Join(" and ", _places.Select(place => place.Breach(route.Chain, certain[0])).OfType<string>().DefaultIfEmpty("nowhere meets all of it"))}";
    }

    private RunInvariant With(string call, MiddlewareName? other, Func<IReadOnlyList<LinkPlan>, int, string?> breach)
    {
        _places.Add((call, other, breach));
        return this;
    }
}
