using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Finds out, for one endpoint, which links run: what was put on, less what was taken off, in reading order.</summary>
internal sealed class ChainResolver(MiddlewareCatalog catalog, AttachmentPlans plans, LinkFactory links, GlobalChain global)
{
    private readonly ConcurrentDictionary<AttachmentSequence, ResolvedChain> _resolved = new();

    public ResolvedChain Resolve(EndpointBuilder endpoint, IReadOnlyList<Attachment> attachments)
    {
        var isPassedBy = global.IsPassedBy(endpoint);
        var sequence = new AttachmentSequence([.. attachments], isPassedBy);

        if (!_resolved.TryGetValue(sequence, out var resolved))
        {
            resolved = Find(endpoint, attachments, isPassedBy);

            // A faulty chain is looked at again for each route, so that its faults name each.
            if (!resolved.IsFaulty)
            {
                _resolved.TryAdd(sequence, resolved);
            }
        }

        return resolved;
    }

    private ResolvedChain Find(EndpointBuilder endpoint, IReadOnlyList<Attachment> attachments, bool isPassedBy)
    {
        var faults = new FaultList();
        var candidates = new List<(Attachment? Owner, LinkPlan Plan, int Global)>();
        List<TakenOffPlan> takenOff = [];
        var faulty = false;

        for (var i = 0; i < catalog.Global.Count; i++)
        {
            candidates.Add((null, catalog.Global[i], i));
        }

        foreach (var attachment in attachments)
        {
            if (attachment.IsExclusion)
            {
                var removed = candidates.Where(candidate => attachment.TakesOff(candidate.Plan)).ToArray();
                takenOff.AddRange(removed.Select(candidate => new TakenOffPlan(candidate.Plan, candidate.Owner, attachment)));

                // What an inner place puts on again behind this call stays: reading order holds here too.
                candidates.RemoveAll(candidate => attachment.TakesOff(candidate.Plan));

                if (removed.Length == 0)
                {
                    faults.Add(WhereOf(endpoint, attachment), $"WithoutMiddleware(\"{attachment}\") takes off what is not there.", AdviceOn(attachment));
                }
            }
            else if (plans.Of(attachment) is { } attached)
            {
                candidates.AddRange(attached.Select(plan => ((Attachment?)attachment, plan, -1)));
            }
            else
            {
                faulty = true;
            }
        }

        var withoutGlobal = FindMissingGlobals(candidates.Select(static candidate => candidate.Global), RouteName.Of(endpoint), faults);
        takenOff.AddRange(candidates.Where(static candidate => candidate.Plan.Inactive is not null).Select(static candidate => new TakenOffPlan(candidate.Plan, candidate.Owner, null)));
        candidates.RemoveAll(static candidate => candidate.Plan.Inactive is not null);

        // Where routing runs the endpoint in front of the global list, nothing of that list is there to be needed, or to be a second one.
        var running = candidates.Where(candidate => candidate.Owner is not null || !isPassedBy);
        ChainRules.Check(RouteName.Of(endpoint), [.. running.Select(static candidate => (candidate.Plan, candidate.Owner?.Origin))], withoutGlobal is not null, catalog, faults);

        List<(Attachment, Link)> made = [];

        foreach (var (owner, plan, _) in candidates.Where(static candidate => candidate.Owner is not null))
        {
            if (links.Get(plan) is { } link)
            {
                made.Add((owner!, link));
            }
            else
            {
                faulty = true;
            }
        }

        foreach (var fault in faults.ToArray())
        {
            catalog.Faults.Add(fault);
            faulty = true;
        }

        var chain = new EndpointChain(
            [.. candidates.Where(static candidate => candidate.Owner is not null).Select(static candidate => new PlacedPlan(candidate.Plan, candidate.Owner!))],
            takenOff,
            withoutGlobal);

        return new ResolvedChain(made, chain, faulty);
    }

    public static string WhereOf(EndpointBuilder endpoint, Attachment attachment)
        => attachment.Origin is null ? RouteName.Of(endpoint) : $"{RouteName.Of(endpoint)} ({attachment.Origin})";

    /// <summary>What of an attachment may run in the handler stage; <see langword="null"/> where nothing can.</summary>
    public IReadOnlyList<LinkPlan>? FindHandlerStages(Attachment attachment)
    {
        List<LinkPlan>? found = null;

        foreach (var plan in plans.Of(attachment) ?? [])
        {
            if (MayHaveHandlerStage(plan))
            {
                (found ??= []).Add(plan);
            }
        }

        return found;
    }

    // Most are known by their class. Others are made and asked; one that can't be made is a fault where it stays in the chain, and no matter where it does not.
    private bool MayHaveHandlerStage(LinkPlan plan)
    {
        var type = plan.Registration.RunningType;
        var isAsked = plan.Registration.Factory is not null || type?.IsAssignableTo(typeof(IHandlerStageFactory)) == true;

        return plan.Inactive is null && (isAsked ? links.Peek(plan) is not { WantsHandlerStage: false } : MiddlewareShapes.HasHandlerStage(type));
    }

    private string AdviceOn(Attachment attachment)
        => attachment.Type is null && !EntryText.Parse(attachment.Name).NamesType && catalog.AdviceOnUnknown(attachment.Name) is { } advice
            ? $"No middleware has the alias '{attachment.Name}'. {advice}"
            : "Take the call out, or name what an outer group, an earlier call or the global list put on.";

    private bool[]? FindMissingGlobals(IEnumerable<int> present, string route, FaultList faults)
    {
        var missing = Enumerable.Repeat(true, catalog.Global.Count).ToArray();

        foreach (var index in present.Where(static index => index >= 0))
        {
            missing[index] = false;
        }

        for (var i = 0; i < missing.Length; i++)
        {
            if (missing[i] && !global.TryMarkSkippable(i))
            {
                faults.Add(route, $"'{catalog.Global[i]}' of the global list is taken off by an endpoint that was mapped after the start.", "Map such endpoints before the application starts.");
            }
        }

        return Array.Exists(missing, static flag => flag) ? missing : null;
    }
}
