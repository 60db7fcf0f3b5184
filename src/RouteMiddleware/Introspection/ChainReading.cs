using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Introspection;

/// <summary>Describes links for one reading of the chains: endpoints of the same group share what was found out.</summary>
internal sealed class ChainReading(MiddlewareCatalog catalog, LinkFactory links, Generations generations, SecretMask mask)
{
    private readonly Dictionary<(LinkPlan Plan, ChainStage Stage), ChainLink> _described = [];

    /// <summary>A link of the global list.</summary>
    public ChainLink OfGlobal(LinkPlan plan) => Of(plan, null, ChainStage.Request);

    /// <summary>A link of an endpoint.</summary>
    public ChainLink Of(PlacedPlan placed, EndpointChain chain) => Of(placed.Plan, placed.Owner, StageOf(placed.Plan, chain.HandlerStages.Contains(placed.Plan)));

    /// <summary>What does not run on an endpoint.</summary>
    public TakenOffLink Of(TakenOffPlan takenOff)
    {
        var (plan, owner, exclusion) = takenOff;
        var isFilter = MiddlewareShapes.HasHandlerStage(plan.Registration.MiddlewareType);
        var link = Of(plan, owner, owner is null ? ChainStage.Request : StageOf(plan, isFilter));

        if (exclusion is null)
        {
            var by = owner is not null && plan.Inactive!.By == owner.Where ? OriginOf(plan, owner) : Masked(plan.Inactive!.By, plan);
            return new(link, plan.Inactive.Reason, by);
        }

        var argument = exclusion.Argument is null ? "" : $":{link.Argument}";
        var call = exclusion.Type is { } type ? $"WithoutMiddleware<{type.Name}>()" : $"WithoutMiddleware(\"{exclusion.Name}{argument}\")";
        return new(link, TakenOffReason.WithoutMiddleware, exclusion.Origin is null ? call : $"{call} {exclusion.Origin}");
    }

    private ChainLink Of(LinkPlan started, Attachment? owner, ChainStage stage)
    {
        if (_described.TryGetValue((started, stage), out var known))
        {
            return known;
        }

        // Entries keep their place over a reload, but their options and argument may be others.
        var plan = CurrentOf(started).Plan;

        return _described[(started, stage)] = new ChainLink(plan.Registration, () => OptionsOf(started, owner))
        {
            Argument = ArgumentOf(plan),
            Origin = OriginOf(plan, owner),
            AttachedAt = owner?.Origin,
            Place = owner is null ? ChainPlace.Global : owner.IsOnGroup ? ChainPlace.Group : ChainPlace.Route,
            Stage = stage,
            Groups = plan.Groups,
            Include = [.. plan.Condition?.Include.Select(static pattern => pattern.Text) ?? []],
            Exclude = [.. plan.Condition?.Exclude.Select(static pattern => pattern.Text) ?? []],
        };
    }

    private (LinkPlan Plan, Link? Link) CurrentOf(LinkPlan started)
        => links.Find(started) is { } made && generations.Current.Of(made) is var current ? (current.Plan, current) : (started, null);

    private IReadOnlyList<ChainOption> OptionsOf(LinkPlan started, Attachment? owner)
    {
        var (plan, link) = CurrentOf(started);

        return [.. OptionTrace.Of(plan, catalog.Options, link?.Options).Select(option =>
        {
            var (text, isMasked) = mask.Write(option);
            return new ChainOption(option.Name, text, isMasked, option.Source, OriginOf(option, plan, owner));
        })];
    }

    private string OriginOf(TracedOption option, LinkPlan plan, Attachment? owner) => option.Source switch
    {
        ChainOptionSource.ClassDefault => plan.Registration.OptionsType!.Name,
        ChainOptionSource.Registration => option.By ?? $"AddMiddleware(\"{plan.Registration.Alias}\")",
        ChainOptionSource.Section => option.By!,
        ChainOptionSource.Entry when OriginOf(plan, owner) is var entry => entry.StartsWith($"{MiddlewareCatalog.SectionName}:", StringComparison.OrdinalIgnoreCase)
            ? $"{entry}:{nameof(MiddlewareEntry.Options)}:{option.By}"
            : entry,
        ChainOptionSource.Argument => $"{plan.Name}:{ArgumentOf(plan)} in {OriginOf(plan, owner)}",
        _ => owner?.Origin ?? OriginOf(plan, owner),
    };

    private string OriginOf(LinkPlan plan, Attachment? owner)
        => owner is null || plan.Groups.Count > 0
            ? Masked(plan.Where, plan)
            : owner.Origin ?? $"WithMiddleware(\"{plan.Name}{(plan.Argument is null ? "" : $":{ArgumentOf(plan)}")}\")";

    private string? ArgumentOf(LinkPlan plan)
    {
        if (string.IsNullOrEmpty(plan.Argument))
        {
            return plan.Argument;
        }

        return OptionTrace.OfArgument(plan).Any(SecretMask.IsSecret) ? SecretMask.Masked : mask.Mask(plan.Argument);
    }

    // Entries in code are named by their text, argument and all.
    private string Masked(string where, LinkPlan plan)
        => mask.Mask(string.IsNullOrEmpty(plan.Argument) ? where : where.Replace($":{plan.Argument}", $":{ArgumentOf(plan)}", StringComparison.Ordinal))!;

    private static ChainStage StageOf(LinkPlan plan, bool runsAroundHandler)
        => !runsAroundHandler && !MiddlewareShapes.IsFilterOnly(plan) ? ChainStage.Request
            : MiddlewareShapes.IsFilterOnly(plan) ? ChainStage.Handler
            : ChainStage.Both;
}
