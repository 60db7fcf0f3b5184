namespace RouteMiddleware.Invariants;

/// <summary>The rule that a middleware never runs: neither always nor under a condition of its entry.</summary>
public sealed class NotRunInvariant
{
    internal NotRunInvariant(MiddlewareName middleware) => Middleware = middleware;

    internal MiddlewareName Middleware { get; }

    internal string? Reason { get; private set; }

    /// <summary>Says why the rule is there: an item of a standard, a ticket. Shown with each breach.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>This rule.</returns>
    public NotRunInvariant Because(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Reason = reason;
        return this;
    }

    /// <summary>The call that made the rule.</summary>
    /// <returns>As in <c>NotRun("cache")</c>.</returns>
    public override string ToString() => Middleware.Call("NotRun");

    /// <summary>What is wrong with a route's chain; <see langword="null"/> where nothing is.</summary>
    internal string? BreachOn(RouteFacts route)
        => route.Chain.FirstOrDefault(plan => Middleware.Names(plan) && route.MayRun(plan)) is { } plan ? $"'{plan}' runs ({plan.Where})" : null;
}
