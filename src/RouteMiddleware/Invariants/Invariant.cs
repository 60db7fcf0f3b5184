using RouteMiddleware.Settings;

namespace RouteMiddleware.Invariants;

/// <summary>A rule about some routes, and where code states it.</summary>
internal sealed class Invariant
{
    private readonly RouteSelection _selection;
    private readonly RunInvariant? _run;
    private readonly NotRunInvariant? _notRun;
    private readonly string _origin;

    public Invariant(RouteSelection selection, RunInvariant rule, int line, string file)
        : this(selection, line, file)
        => _run = rule;

    public Invariant(RouteSelection selection, NotRunInvariant rule, int line, string file)
        : this(selection, line, file)
        => _notRun = rule;

    private Invariant(RouteSelection selection, int line, string file)
    {
        _selection = selection;
        _origin = line > 0 ? $"{Path.GetFileName(file)}:{line}" : "app.Middleware()";
    }

    private string Reason => (_run?.Reason ?? _notRun?.Reason) is { } reason ? $" ({reason})" : "";

    /// <summary>Looks at every route.</summary>
    public void Check(IReadOnlyList<RouteFacts> routes, Func<RouteFacts, MiddlewareName, string> explain, MiddlewareCatalog catalog, FaultList faults)
    {
        if (IsUnreadable(catalog, faults))
        {
            return;
        }

        var isAboutAny = false;

        foreach (var route in routes.Where(_selection.Includes))
        {
            isAboutAny = true;

            if ((_run is not null ? _run.BreachOn(route, name => explain(route, name)) : _notRun!.BreachOn(route)) is { } breach)
            {
                var chain = route.Chain.Count == 0 ? "no middleware" : string.Join(" → ", route.Chain);
                faults.Add($"{route.Name} ({_origin})", $"{this} is broken{Reason}: {breach}. The chain: {chain}.", AdviceOn(route));
            }
        }

        if (!isAboutAny && !_selection.IsOptional)
        {
            faults.Add(_origin, $"{this} is about no route at all{Reason}.", "Mend the selection; or add IfAny() to it, where there may be no such route.");
        }
    }

    public override string ToString() => $"{_selection}.Must.{(object?)_run ?? _notRun}";

    private bool IsUnreadable(MiddlewareCatalog catalog, FaultList faults)
    {
        var before = faults.Count;

        foreach (var fault in _selection.Faults)
        {
            faults.Add(_origin, fault, $"Mend {this}.");
        }

        foreach (var name in _run?.Names ?? [_notRun!.Middleware])
        {
            if (name.FaultIn(catalog) is { } fault)
            {
                faults.Add(_origin, $"{this}: {fault.What}", fault.Fix);
            }
        }

        return faults.Count > before;
    }

    private static string AdviceOn(RouteFacts route)
        => $"Mend the chain of the route, or leave it out of the rule: .ExceptRoute(\"{route.Name}\").";
}
