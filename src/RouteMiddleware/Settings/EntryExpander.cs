using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace RouteMiddleware.Settings;

/// <summary>Turns entries into attachments: finds aliases, groups and types, and decides conditions that are known at start.</summary>
internal sealed class EntryExpander(
    IReadOnlyDictionary<string, MiddlewareRegistration> registrations,
    IReadOnlyDictionary<string, List<(MiddlewareEntry Entry, string Where)>> groups,
    IReadOnlySet<string> disabled,
    string environment,
    FaultList faults)
{
    /// <summary>The attachments that an entry stands for; <see langword="null"/> where a fault was found.</summary>
    public List<LinkPlan>? Expand(MiddlewareEntry entry, string where, Action<object>? configure = null, Type? configured = null)
    {
        List<LinkPlan> plans = [];
        return Expand(entry, new Place(where, [], null), configure, configured, plans) ? plans : null;
    }

    public string Advice(string name) => NearestName.Advice(name, registrations.Keys.Concat(groups.Keys));

    private bool Expand(MiddlewareEntry entry, Place place, Action<object>? configure, Type? configured, List<LinkPlan> plans)
    {
        var (name, argument) = EntryText.Parse(entry.Name);

        if (groups.TryGetValue(name, out var members))
        {
            return ExpandGroup(name, argument, entry, members, place, configure, plans);
        }

        var registration = registrations.GetValueOrDefault(name) ?? FindType(name, place.Where);
        var condition = ReadCondition(entry, place.Where);

        if (registration is null || condition is null)
        {
            return false;
        }

        if (configured is not null && registration.OptionsType != configured)
        {
            faults.Add(place.Where, $"'{name}' has {registration.OptionsType?.Name ?? "no options"}, but the call configures {configured.Name}.", $"Configure {registration.OptionsType?.Name ?? "nothing"}.");
            return false;
        }

        plans.Add(new LinkPlan
        {
            Registration = registration,
            Where = place.Where,
            Argument = argument,
            Options = new Dictionary<string, string?>(entry.Options, StringComparer.OrdinalIgnoreCase),
            Condition = condition.Value.IsEmpty ? null : condition.Value.Path,
            Inactive = place.Inactive ?? ReasonAgainst(entry, registration, place.Where),
            Groups = place.Groups,
            Configure = configure,
        });

        return true;
    }

    private bool ExpandGroup(
        string name,
        string? argument,
        MiddlewareEntry entry,
        List<(MiddlewareEntry Entry, string Where)> members,
        Place place,
        Action<object>? configure,
        List<LinkPlan> plans)
    {
        if (argument is not null || entry.Options.Count > 0 || entry.Include.Count > 0 || entry.Exclude.Count > 0 || configure is not null)
        {
            faults.Add(place.Where, $"'{name}' is a group, and a group takes no argument, options or paths.", "Give them to the entries of the group.");
            return false;
        }

        if (place.Groups.Contains(name, AliasComparer.Instance))
        {
            faults.Add(place.Where, $"The group '{name}' contains itself: {string.Join(" → ", place.Groups)} → {name}.", "Take one of these entries out.");
            return false;
        }

        var inner = place with { Groups = [.. place.Groups, name], Inactive = place.Inactive ?? ReasonAgainst(entry, null, place.Where) };
        var good = true;

        foreach (var (member, where) in members)
        {
            good &= Expand(member, inner with { Where = where }, null, null, plans);
        }

        return good;
    }

    private Inactivity? ReasonAgainst(MiddlewareEntry entry, MiddlewareRegistration? registration, string where)
    {
        if (!entry.Enabled)
        {
            return Inactivity.Of(TakenOffReason.NotEnabled, where, nameof(MiddlewareEntry.Enabled));
        }

        if (entry.Environments.Count > 0 && !entry.Environments.Contains(environment, StringComparer.OrdinalIgnoreCase))
        {
            return Inactivity.Of(TakenOffReason.Environment, where, nameof(MiddlewareEntry.Environments));
        }

        return registration is not null && disabled.Contains(registration.Alias) ? Inactivity.Disabled : null;
    }

    private (PathCondition Path, bool IsEmpty)? ReadCondition(MiddlewareEntry entry, string where)
    {
        var include = ReadPatterns(entry.Include, where);
        var exclude = ReadPatterns(entry.Exclude, where);
        return include is null || exclude is null ? null : (new PathCondition(include, exclude), include.Count + exclude.Count == 0);
    }

    private List<PathPattern>? ReadPatterns(IReadOnlyList<string> texts, string where)
    {
        List<PathPattern> patterns = [];
        var good = true;

        foreach (var text in texts)
        {
            try
            {
                patterns.Add(PathPattern.Parse(text));
            }
            catch (FormatException exception)
            {
                faults.Add(where, exception.Message, "Write it like /health, /api/*/status or /docs/**.");
                good = false;
            }
        }

        return good ? patterns : null;
    }

    private MiddlewareRegistration? FindType(string name, string where)
    {
        if (!EntryText.Parse(name).NamesType)
        {
            faults.Add(where, $"No middleware has the alias '{name}'.", Advice(name));
            return null;
        }

        var bare = name.Split(',', 2)[0].Trim();

        // What was registered in code is found without asking the assemblies, and has its options.
        var registered = registrations.Values.Where(registration => registration.MiddlewareType?.FullName == bare).ToArray();

        if (registered.Length > 1)
        {
            faults.Add(where, $"{bare} is registered under {registered.Length} aliases: {string.Join(", ", registered.Select(static one => one.Alias))}.", "Name the alias in place of the class.");
            return null;
        }

        if (registered is [var only])
        {
            return only;
        }

        if (LoadType(name) is not { } type)
        {
            faults.Add(where, $"The type '{name}' can't be found.", "Write its full name and its assembly: \"MyApp.AuditMiddleware, MyApp\".");
            return null;
        }

        return new MiddlewareRegistration(type.FullName!, type.FullName!) { MiddlewareType = type };
    }

    // A trimmed application keeps only types that its code names: such a one registers them by AddMiddleware<T>, which is looked at first.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Types named in settings can't be seen by the trimmer; one that was trimmed away is reported at start, with advice.")]
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2073", Justification = "As above.")]
    [return: DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)]
    private static Type? LoadType(string name)
        => Type.GetType(name, throwOnError: false) ?? Assembly.GetEntryAssembly()?.GetType(name, throwOnError: false);

    /// <summary>Where an entry stands, through which groups it came, and why all of it may be out.</summary>
    private sealed record Place(string Where, IReadOnlyList<string> Groups, Inactivity? Inactive);
}
