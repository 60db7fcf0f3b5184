using System.Runtime.CompilerServices;

namespace RouteMiddleware.Invariants;

/// <summary>What the routes of a selection must. Each call is a rule of its own.</summary>
public sealed class RouteObligation
{
    private readonly InvariantList _list;
    private readonly RouteSelection _selection;

    internal RouteObligation(InvariantList list, RouteSelection selection)
    {
        _list = list;
        _selection = selection;
    }

    /// <summary>The middleware runs for every request that comes to the routes: a condition of its entry that can leave one out breaks the rule, as does an entry that is switched off.</summary>
    /// <param name="middleware">An alias, or an alias with the argument that the entry must have: <c>auth:admin</c>.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns>The rule, to say more of it.</returns>
    public RunInvariant Run(string middleware, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "") => Require(MiddlewareName.Of(middleware), line, file);

    /// <summary>A middleware class runs for every request that comes to the routes.</summary>
    /// <typeparam name="TMiddleware">The class.</typeparam>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns>The rule, to say more of it.</returns>
    public RunInvariant Run<TMiddleware>([CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => Require(MiddlewareName.Of(typeof(TMiddleware)), line, file);

    /// <summary>The middleware never runs on the routes.</summary>
    /// <param name="middleware">An alias, or an alias with the argument that no entry may have: <c>cache:1h</c>.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns>The rule, to say more of it.</returns>
    public NotRunInvariant NotRun(string middleware, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "") => Forbid(MiddlewareName.Of(middleware), line, file);

    /// <summary>A middleware class never runs on the routes.</summary>
    /// <typeparam name="TMiddleware">The class.</typeparam>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <returns>The rule, to say more of it.</returns>
    public NotRunInvariant NotRun<TMiddleware>([CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => Forbid(MiddlewareName.Of(typeof(TMiddleware)), line, file);

    private RunInvariant Require(MiddlewareName middleware, int line, string file)
    {
        var rule = new RunInvariant(middleware);
        _list.Add(new Invariant(_selection, rule, line, file));
        return rule;
    }

    private NotRunInvariant Forbid(MiddlewareName middleware, int line, string file)
    {
        var rule = new NotRunInvariant(middleware);
        _list.Add(new Invariant(_selection, rule, line, file));
        return rule;
    }
}
