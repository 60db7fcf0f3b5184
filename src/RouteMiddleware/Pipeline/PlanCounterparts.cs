using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>What the plans that the application started with are in later readings of the settings. What lists name, and in which order, is settled at the start.</summary>
internal sealed class PlanCounterparts(MiddlewareCatalog catalog, AttachmentPlans plans)
{
    private readonly Dictionary<LinkPlan, LinkPlan> _last = new(ReferenceEqualityComparer.Instance);

    // By list, how it was when it was told of.
    private Dictionary<string, string> _told = new(StringComparer.Ordinal);

    /// <summary>The plan with the options of the reading that was accepted last.</summary>
    public LinkPlan Of(LinkPlan started) => _last.TryGetValue(started, out var last) ? started.With(last) : started;

    /// <summary>Finds each plan's counterpart in a reading; those of a list that means other middleware now, or another order, keep the one they have.</summary>
    public Reading Find(MiddlewareCatalog reread)
    {
        var reading = new Reading();
        Match(catalog.Global, reread.Global, catalog.HasGlobalSettings ? catalog.GlobalWhere : reread.GlobalWhere, reading);

        foreach (var (attachment, started, now) in plans.Reread(reread))
        {
            Match(started, now, attachment.ToString(), reading);
        }

        return reading;
    }

    /// <summary>Takes a reading as the last one.</summary>
    /// <returns>The lists of it that count from the next start on, unless that was told before.</returns>
    public IEnumerable<string> Accept(Reading reading)
    {
        foreach (var (started, now) in reading.Found)
        {
            _last[started] = now;
        }

        var before = _told;
        _told = reading.Unsettled;
        return _told.Where(list => !before.TryGetValue(list.Key, out var text) || !string.Equals(text, list.Value, StringComparison.Ordinal)).Select(static list => list.Key);
    }

    private void Match(IReadOnlyList<LinkPlan> started, IReadOnlyList<LinkPlan>? now, string where, Reading reading)
    {
        if (now is null || started.Count != now.Count || started.Zip(now).Any(static pair => !pair.First.IsSameAs(pair.Second)) || IsReordered(started, now))
        {
            reading.Unsettled[where] = string.Join('\n', now?.Select(static plan => plan.Text) ?? []);
            return;
        }

        foreach (var (plan, counterpart) in started.Zip(now))
        {
            reading.Found[plan] = counterpart;
        }
    }

    // Two of one name can change places: each would go on with the other's numbers, and begin anew with its own. An entry has moved where it is another one's
    // neighbour by place and the same by what it says, and where it stood something else stands.
    private bool IsReordered(IReadOnlyList<LinkPlan> started, IReadOnlyList<LinkPlan> now)
    {
        string[] before = [.. started.Select(plan => Of(plan).Text)];
        string[] after = [.. now.Select(static plan => plan.Text)];

        return Enumerable.Range(0, after.Length)
            .Where(index => before[index] != after[index])
            .Any(index => Enumerable.Range(0, before.Length).Any(other => before[other] == after[index] && after[other] != before[other]));
    }

    /// <summary>One reading, compared with the start.</summary>
    internal sealed class Reading
    {
        /// <summary>By the plan of the start, what it is now.</summary>
        public Dictionary<LinkPlan, LinkPlan> Found { get; } = new(ReferenceEqualityComparer.Instance);

        /// <summary>The lists whose middleware, order or conditions are others, and how they are now.</summary>
        public Dictionary<string, string> Unsettled { get; } = new(StringComparer.Ordinal);
    }
}
