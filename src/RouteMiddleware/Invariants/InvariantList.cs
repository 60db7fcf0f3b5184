using RouteMiddleware.Pipeline;

namespace RouteMiddleware.Invariants;

/// <summary>The rules that code has stated so far.</summary>
internal sealed class InvariantList(ChainComposer composer)
{
    private readonly List<Invariant> _rules = [];

    public IReadOnlyList<Invariant> Rules => _rules;

    public void Add(Invariant rule)
    {
        if (composer.IsChecked)
        {
            throw new InvalidOperationException("A rule can't be added after the application has started: nobody would check it.");
        }

        _rules.Add(rule);
    }
}
