using System.Reflection;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>The rules that a whole chain must keep: once per chain, what needs what, and what stands before what.</summary>
internal static class ChainRules
{
    /// <summary>Checks the chain of one endpoint, the global list included.</summary>
    /// <param name="route">How the endpoint is named in faults.</param>
    /// <param name="metadata">The endpoint's metadata: the handler's method is in there.</param>
    /// <param name="chain">The active links in reading order; those of the global list have no origin.</param>
    /// <param name="losesGlobals">Whether the endpoint took something of the global list off.</param>
    /// <param name="catalog">What is known.</param>
    /// <param name="faults">Takes the faults.</param>
    public static void Check(string route, IList<object> metadata, IReadOnlyList<(LinkPlan Plan, string? Origin)> chain, bool losesGlobals, MiddlewareCatalog catalog, FaultList faults)
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

        foreach (var parameter in HandlerParameters(metadata))
        {
            foreach (var needed in parameter.ParameterType.GetCustomAttributes<RequiresAttribute>(inherit: true))
            {
                if (!Has(chain, needed.Alias))
                {
                    faults.Add(route, $"The handler takes {parameter.ParameterType.Name} '{parameter.Name}', but '{needed.Alias}' is not in its chain.", $"Add .WithMiddleware(\"{needed.Alias}\") to the route or one of its groups, or \"{needed.Alias}\" to RouteMiddleware:Middleware.");
                }
            }
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
            && type.IsDefined(typeof(OncePerChainAttribute), inherit: true)
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

        foreach (var needed in requirements ? type.GetCustomAttributes<RequiresAttribute>(inherit: true) : [])
        {
            if (!Has(chain, needed.Alias))
            {
                faults.Add(where, $"'{plan.Name}' needs '{needed.Alias}' in the same chain.", $"Add '{needed.Alias}', or take '{plan.Name}' out.");
            }
        }

        foreach (var earlier in type.GetCustomAttributes<RunsAfterAttribute>(inherit: true))
        {
            if (Has(chain.Skip(index + 1), earlier.Alias) && !Has(chain.Take(index), earlier.Alias))
            {
                faults.Add(where, $"'{plan.Name}' must run after '{earlier.Alias}', but stands before it.", $"Put '{earlier.Alias}' in front of '{plan.Name}'.");
            }
        }

        foreach (var later in type.GetCustomAttributes<RunsBeforeAttribute>(inherit: true))
        {
            if (Has(chain.Take(index), later.Alias))
            {
                faults.Add(where, $"'{plan.Name}' must run before '{later.Alias}', but stands behind it.", $"Put '{plan.Name}' in front of '{later.Alias}'.");
            }
        }
    }

    private static bool Has(IEnumerable<(LinkPlan Plan, string? Origin)> chain, string alias)
        => chain.Any(link => AliasComparer.Instance.Equals(link.Plan.Name, alias));

    private static string WhereOf(string route, string? origin, LinkPlan plan) => $"{route} ({origin ?? plan.Where})";

    private static IEnumerable<ParameterInfo> HandlerParameters(IList<object> metadata)
        => metadata.OfType<MethodInfo>().LastOrDefault()?.GetParameters().SelectMany(Flatten) ?? [];

    // A parameter object carries the real parameters in its constructor, or in its properties' place.
    private static IEnumerable<ParameterInfo> Flatten(ParameterInfo parameter)
        => parameter.IsDefined(typeof(AsParametersAttribute), inherit: false)
            ? ConstructorParameters(parameter.ParameterType)
            : [parameter];

    [System.Diagnostics.CodeAnalysis.UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "ASP.NET Core itself keeps the members of types used with [AsParameters].")]
    private static IEnumerable<ParameterInfo> ConstructorParameters(Type type)
        => type.GetConstructors().SelectMany(static constructor => constructor.GetParameters())
            .Concat(type.GetProperties().Select(static property => property.SetMethod?.GetParameters().FirstOrDefault()).OfType<ParameterInfo>());
}
