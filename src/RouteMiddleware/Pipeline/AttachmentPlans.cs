using System.Collections.Concurrent;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>What each attachment stands for, found out once, so that all endpoints of a group share it.</summary>
internal sealed class AttachmentPlans(MiddlewareCatalog catalog)
{
    private MiddlewareCatalog Catalog => catalog;

    private readonly ConcurrentDictionary<Attachment, Lazy<IReadOnlyList<LinkPlan>?>> _plans = new(ReferenceEqualityComparer.Instance);

    /// <summary>The plans of an attachment; <see langword="null"/> where it is faulty.</summary>
    public IReadOnlyList<LinkPlan>? Of(Attachment attachment)
        => _plans.GetOrAdd(attachment, static (key, plans) => new(() => Find(key, plans.Catalog)), this).Value;

    /// <summary>What another reading of the settings makes of the attachments that are in use: for each, the plans of the start and those of the reading.</summary>
    public IEnumerable<(Attachment Attachment, IReadOnlyList<LinkPlan> Started, IReadOnlyList<LinkPlan>? Reread)> Reread(MiddlewareCatalog reread)
        => from pair in _plans
           where pair.Value is { IsValueCreated: true, Value: not null }
           select (pair.Key, pair.Value.Value!, Find(pair.Key, reread));

    private static IReadOnlyList<LinkPlan>? Find(Attachment attachment, MiddlewareCatalog catalog)
    {
        var plans = Expand(attachment, catalog);

        foreach (var plan in plans ?? [])
        {
            plan.StandsAt(attachment.Route ?? attachment.Where);
        }

        return plans;
    }

    private static IReadOnlyList<LinkPlan>? Expand(Attachment attachment, MiddlewareCatalog catalog)
    {
        if (attachment.Entry is { } entry)
        {
            return catalog.Expand(entry, attachment.Where, attachment.Configure, attachment.ConfiguredType);
        }

        var direct = attachment.Direct!;

        // A class that was registered has its alias, its options and its section wherever it is named by type.
        var known = attachment.Type is { } type ? catalog.FindByType(type) : [];

        if (known.Count > 1)
        {
            catalog.Faults.Add(attachment.Where, $"{direct.Alias} is registered under {known.Count} aliases: {string.Join(", ", known.Select(static one => one.Alias))}.", "Name the alias in place of the class.");
            return null;
        }

        var registration = known is [var only] ? only : direct;

        if (direct.OptionsType is not null && registration.OptionsType != direct.OptionsType)
        {
            catalog.Faults.Add(attachment.Where, $"'{registration.Alias}' has {registration.OptionsType?.Name ?? "no options"}, but the call configures {direct.OptionsType.Name}.", $"Configure {registration.OptionsType?.Name ?? "nothing"}.");
            return null;
        }

        return
        [
            new LinkPlan
            {
                Registration = registration,
                Where = attachment.Where,
                Configure = attachment.Configure,
                Inactive = catalog.IsDisabled(registration) ? Inactivity.Disabled : null,
            },
        ];
    }
}
