using System.Collections.Frozen;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>One state of the options: which links were made anew since the start. A request keeps the one that it began with.</summary>
/// <param name="number">How often options were reloaded.</param>
/// <param name="renewed">By the plan that the application started with.</param>
internal sealed class Generation(int number, FrozenDictionary<LinkPlan, Link> renewed)
{
    /// <summary>The options that the application started with.</summary>
    public static readonly Generation First = new(0, FrozenDictionary<LinkPlan, Link>.Empty);

    public int Number => number;

    /// <summary>The link that stands in an original's place.</summary>
    public Link Of(Link original) => renewed.GetValueOrDefault(original.Plan, original);

    /// <summary>The state after this one.</summary>
    public Generation With(IEnumerable<KeyValuePair<LinkPlan, Link>> changed)
    {
        Dictionary<LinkPlan, Link> all = new(renewed, ReferenceEqualityComparer.Instance);

        foreach (var (plan, link) in changed)
        {
            all[plan] = link;
        }

        return new Generation(number + 1, all.ToFrozenDictionary(ReferenceEqualityComparer.Instance));
    }
}
