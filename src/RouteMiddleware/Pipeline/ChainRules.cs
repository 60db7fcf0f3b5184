using System.Reflection;
using System.Runtime.CompilerServices;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The rules that a whole chain must keep: once per chain, what needs what, and what stands before what.</summary>
internal static class ChainRules
{
    // Read once for each class: ten thousand routes may each have a chain of their own. Weak, as other applications of the process have other classes.
    private static readonly ConditionalWeakTable<Type, Rules> Known = [];

    /// <summary>Checks the chain of one endpoint, the global list included.</summary>
    /// <param name="route">How the endpoint is named in faults.</param>
    /// <param name="chain">The active links in reading order; those of the global list have no origin.</param>
    /// <param name="losesGlobals">Whether the endpoint took something of the global list off.</param>
    /// <param name="catalog">What is known.</param>
    /// <param name="faults">Takes the faults.</param>
    public static void Check(string route, IReadOnlyList<(LinkPlan Plan, string? Origin)> chain, bool losesGlobals, MiddlewareCatalog catalog, FaultList faults)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var (plan, origin) = chain[i];

            if (origin is null && !losesGlobals && catalog.Global.Contains(plan))
            {
                // Global entries among themselves are checked once, by CheckGlobal; here they count only as neighbours.
                CheckAfter(WhereOf(route, origin, plan), plan, i, chain, faults, requirements: false);
                continue;
            }

            CheckOnce(WhereOf(route, origin, plan), plan, i, chain, faults);
            CheckAfter(WhereOf(route, origin, plan), plan, i, chain, faults, requirements: true);
        }
    }

    /// <summary>Checks the global list by itself: it runs alone on 404 and 405.</summary>
    public static void CheckGlobal(IReadOnlyList<LinkPlan> global, FaultList faults)
    {
        var chain = global.Where(static plan => plan.Inactive is null).Select(static plan => (plan, (string?)null)).ToArray();

        for (var i = 0; i < chain.Length; i++)
        {
            CheckOnce(chain[i].plan.Where, chain[i].plan, i, chain, faults);
            CheckAfter(chain[i].plan.Where, chain[i].plan, i, chain, faults, requirements: true);
        }
    }

    private static void CheckOnce(string where, LinkPlan plan, int index, IReadOnlyList<(LinkPlan Plan, string? Origin)> chain, FaultList faults)
    {
        if (plan.Registration.MiddlewareType is { } type
            && RulesOf(type).IsOncePerChain
            && chain.Take(index).FirstOrDefault(earlier => earlier.Plan.Registration.MiddlewareType == type) is { Plan: { } first })
        {
            faults.Add(where, $"'{plan}' is a second '{plan.Name}' in one chain.", $"Keep one of the two; the first stands at {first.Where}.");
        }
    }

    private static void CheckAfter(string where, LinkPlan plan, int index, IReadOnlyList<(LinkPlan Plan, string? Origin)> chain, FaultList faults, bool requirements)
    {
        if (plan.Registration.MiddlewareType is not { } type)
        {
            return;
        }

        foreach (var needed in requirements ? RulesOf(type).Requires : [])
        {
            if (!Has(chain, needed.Alias))
            {
                faults.Add(where, $"'{plan.Name}' needs '{needed.Alias}' in the same chain.", $"Add '{needed.Alias}', or take '{plan.Name}' out.");
            }
        }

        foreach (var earlier in RulesOf(type).RunsAfter)
        {
            if (Has(chain.Skip(index + 1), earlier.Alias) && !Has(chain.Take(index), earlier.Alias))
            {
                faults.Add(where, $"'{plan.Name}' must run after '{earlier.Alias}', but stands before it.", $"Put '{earlier.Alias}' in front of '{plan.Name}'.");
            }
        }

        foreach (var later in RulesOf(type).RunsBefore)
        {
            if (Has(chain.Take(index), later.Alias))
            {
                faults.Add(where, $"'{plan.Name}' must run before '{later.Alias}', but stands behind it.", $"Put '{plan.Name}' in front of '{later.Alias}'.");
            }
        }
    }

    private static Rules RulesOf(Type type) => Known.GetValue(type, static type => new(
        type.IsDefined(typeof(OncePerChainAttribute), inherit: true),
        [.. type.GetCustomAttributes<RequiresAttribute>(inherit: true)],
        [.. type.GetCustomAttributes<RunsAfterAttribute>(inherit: true)],
        [.. type.GetCustomAttributes<RunsBeforeAttribute>(inherit: true)]));

    private static bool Has(IEnumerable<(LinkPlan Plan, string? Origin)> chain, string alias)
        => chain.Any(link => AliasComparer.Instance.Equals(link.Plan.Name, alias));

    private static string WhereOf(string route, string? origin, LinkPlan plan) => $"{route} ({origin ?? plan.Where})";

    private sealed record Rules(bool IsOncePerChain, RequiresAttribute[] Requires, RunsAfterAttribute[] RunsAfter, RunsBeforeAttribute[] RunsBefore);
}
