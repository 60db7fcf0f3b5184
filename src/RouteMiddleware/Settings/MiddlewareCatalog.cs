using Microsoft.Extensions.Configuration;

namespace RouteMiddleware.Settings;

/// <summary>Everything that lists and calls can name, and the global list: from code and from the section <c>RouteMiddleware</c>. Made once; its faults are gathered.</summary>
internal sealed class MiddlewareCatalog
{
    public const string SectionName = "RouteMiddleware";
    public const string DisabledKey = "Disabled";

    private const string ListKey = "Middleware";
    private const string GroupsKey = "Groups";

    private readonly RouteMiddlewareBuilder _builder;
    private readonly IConfiguration? _configuration;
    private readonly string _environment;
    private readonly IConfigurationSection? _section;
    private volatile OptionsFactory _options;
    private volatile Trial? _trial;
    private readonly Dictionary<string, MiddlewareRegistration> _registrations = new(AliasComparer.Instance);
    private readonly Dictionary<string, List<(MiddlewareEntry Entry, string Where)>> _groups = new(AliasComparer.Instance);
    private readonly HashSet<string> _disabled = new(AliasComparer.Instance);
    private readonly EntryExpander _expander;

    public MiddlewareCatalog(RouteMiddlewareBuilder builder, IConfiguration? configuration, string environment)
    {
        _builder = builder;
        _configuration = configuration;
        _environment = environment;
        _section = Read(configuration);
        _options = new OptionsFactory(_section);

        ReadRegistrations();
        ReadChanges();
        ReadGroups();
        ReadDisabled();
        CheckSections();

        _expander = new EntryExpander(_registrations, _groups, _disabled, environment, Faults);

        // A group that nobody uses yet may not hide its faults until somebody does.
        foreach (var name in _groups.Keys)
        {
            _expander.Expand(name, $"{SectionName}:{GroupsKey}:{name}");
        }

        Global = ReadGlobal();
    }

    public FaultList Faults { get; } = new();

    /// <summary>Makes options of the settings that were read last and found good; on the thread of a trial, of those on trial.</summary>
    public OptionsFactory Options => _trial is { } trial && trial.Thread == Environment.CurrentManagedThreadId ? trial.Options : _options;

    /// <summary>The global list, the settings' part first; entries that don't count here and now included.</summary>
    public IReadOnlyList<LinkPlan> Global { get; }

    /// <summary>The settings key of the global list, or of its part in code.</summary>
    public string GlobalWhere => HasGlobalSettings ? $"{SectionName}:{ListKey}" : "RouteMiddlewareBuilder.Use";

    /// <summary>Whether the settings have a part of the global list.</summary>
    public bool HasGlobalSettings => _section?.GetSection(ListKey).GetChildren().Any() == true;

    /// <summary>The attachments that an entry stands for: one, or those of a group.</summary>
    public IReadOnlyList<LinkPlan>? Expand(MiddlewareEntry entry, string where, Action<object>? configure = null, Type? configured = null)
        => _expander.Expand(entry, where, configure, configured);

    /// <summary>The registrations of a class.</summary>
    public IReadOnlyList<MiddlewareRegistration> FindByType(Type type) => [.. _registrations.Values.Where(registration => registration.MiddlewareType == type)];

    public MiddlewareRegistration? FindByAlias(string alias) => _registrations.GetValueOrDefault(alias);

    /// <summary>A section that belongs to no middleware.</summary>
    public MiddlewareRegistration? FindSection(string name) => _builder.Sections.FirstOrDefault(section => AliasComparer.Instance.Equals(section.Section, name));

    /// <summary>Whether a middleware is switched off everywhere.</summary>
    public bool IsDisabled(MiddlewareRegistration registration) => _disabled.Contains(registration.Alias);

    /// <summary>A sentence of advice on a name that nothing answers to, or <see langword="null"/> where it is known.</summary>
    public string? AdviceOnUnknown(string name)
        => _registrations.ContainsKey(name) || _groups.ContainsKey(name) ? null : _expander.Advice(name);

    /// <summary>Reads the settings again: all of it in a catalog of its own, to be looked at before anything of it counts.</summary>
    public MiddlewareCatalog Reread() => new(_builder, _configuration, _environment);

    /// <summary>Makes something for another reading: services that its constructor asks see the options of that reading too. One trial at a time.</summary>
    public T Try<T>(MiddlewareCatalog reread, Func<T> make)
    {
        _trial = new Trial(Environment.CurrentManagedThreadId, reread._options);

        try
        {
            return make();
        }
        finally
        {
            _trial = null;
        }
    }

    /// <summary>From now on, options are made of what the other catalog read.</summary>
    public void TakeOptionsOf(MiddlewareCatalog reread) => _options = reread._options;

    /// <summary>All keys and values of the section as they are in the settings now: equal as long as nothing in it changes. Empty where it is not there.</summary>
    public string CurrentSource() => SourceOf(_configuration?.GetSection(SectionName));

    /// <summary>As <see cref="CurrentSource"/>, when this catalog read it.</summary>
    public string Source() => SourceOf(_section);

    // A copy: the configuration may change under the reader's hands, and by an edit that will be refused.
    private static IConfigurationSection? Read(IConfiguration? configuration)
        => configuration is null ? null : new ConfigurationBuilder().AddInMemoryCollection(configuration.GetSection(SectionName).AsEnumerable()).Build().GetSection(SectionName);

    private static string SourceOf(IConfigurationSection? section)
        => string.Join('\n', section?.AsEnumerable().Where(static pair => pair.Value is not null).OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase).Select(static pair => $"{pair.Key}={pair.Value!.Length}:{pair.Value}") ?? []);

    private void ReadRegistrations()
    {
        foreach (var registration in _builder.Registrations)
        {
            if (!_registrations.TryAdd(registration.Alias, registration))
            {
                Faults.Add(
                    $"AddMiddleware(\"{registration.Alias}\")",
                    $"The alias '{registration.Alias}' is taken by {_registrations[registration.Alias]}.",
                    $"Choose another alias, or call Remove(\"{registration.Alias}\") first.");
            }
        }
    }

    private void ReadChanges()
    {
        foreach (var change in _builder.Changes)
        {
            var where = $"{(change.Substitute is null ? nameof(RouteMiddlewareBuilder.PostConfigure) : nameof(RouteMiddlewareBuilder.Substitute))}(\"{change.Alias}\")";

            if (!_registrations.TryGetValue(change.Alias, out var registration))
            {
                Faults.Add(where, $"No middleware has the alias '{change.Alias}'.", NearestName.Advice(change.Alias, _registrations.Keys));
            }
            else if (change.OptionsType is not null && change.OptionsType != registration.OptionsType)
            {
                Faults.Add(where, $"'{registration.Alias}' has {registration.OptionsType?.Name ?? "no options"}, but the call configures {change.OptionsType.Name}.", $"Configure {registration.OptionsType?.Name ?? "nothing"}.");
            }
            else
            {
                _registrations[change.Alias] = registration.With(change.Substitute, change.PostConfigure);
            }
        }
    }

    private void ReadGroups()
    {
        foreach (var (name, entries) in _builder.Groups)
        {
            var where = $"AddGroup(\"{name}\")";

            if (!_groups.TryAdd(name, [.. entries.Select(entry => (entry, where))]))
            {
                Faults.Add(where, $"A group '{name}' was added already.", $"Choose another name, or call Remove(\"{name}\") first.");
            }
        }

        foreach (var group in _section?.GetSection(GroupsKey).GetChildren() ?? [])
        {
            _groups[group.Key] = EntryReader.ReadList(group, Faults);
        }

        foreach (var name in _groups.Keys.Where(_registrations.ContainsKey))
        {
            Faults.Add($"{SectionName}:{GroupsKey}:{name}", $"'{name}' names a group and a middleware.", "Give the group another name.");
        }
    }

    private void ReadDisabled()
    {
        if (_section is null)
        {
            return;
        }

        var disabled = _section.GetSection(DisabledKey);

        foreach (var alias in EntryReader.ReadTexts(disabled))
        {
            if (!_registrations.ContainsKey(alias))
            {
                Faults.Add(disabled.Path, $"'{alias}' is no middleware that could be disabled.", NearestName.Advice(alias, _registrations.Keys));
            }

            _disabled.Add(alias);
        }
    }

    private void CheckSections()
    {
        HashSet<string> seen = new(AliasComparer.Instance);

        foreach (var section in _section?.GetChildren() ?? [])
        {
            if (section.Key is var key && (Is(key, ListKey) || Is(key, GroupsKey) || Is(key, DisabledKey)))
            {
                continue;
            }

            var owners = _registrations.Values.Concat(_builder.Sections).Where(registration => AliasComparer.Instance.Equals(registration.Section, key)).ToArray();

            if (owners.Length == 0)
            {
                var known = _registrations.Values.Concat(_builder.Sections).Where(static registration => registration.OptionsType is not null).Select(static registration => registration.Section);
                Faults.Add(section.Path, $"Nothing has a section '{key}'.", NearestName.Advice(key, known.Concat([ListKey, GroupsKey, DisabledKey]).Distinct(AliasComparer.Instance)));
            }
            else if (!seen.Add(key))
            {
                Faults.Add(section.Path, $"The section '{key}' stands there twice, in two spellings.", "Keep one of them.");
            }
            else if (owners.All(static owner => owner.OptionsType is null))
            {
                Faults.Add(section.Path, $"'{owners[0].Alias}' takes no options.", "Take the section out; or name its options class: AddMiddleware<TMiddleware, TOptions>(alias).");
            }
            else
            {
                // Bound once here, so that a section that no chain uses is checked as well.
                Options.CreateShared(owners.First(static owner => owner.OptionsType is not null), Faults);
            }
        }
    }

    private List<LinkPlan> ReadGlobal()
    {
        List<LinkPlan> plans = [];

        foreach (var (entry, where) in _section is null ? [] : EntryReader.ReadList(_section.GetSection(ListKey), Faults))
        {
            plans.AddRange(_expander.Expand(entry, where) ?? []);
        }

        foreach (var entry in _builder.GlobalEntries)
        {
            plans.AddRange(_expander.Expand(entry, $"Use(\"{entry}\")") ?? []);
        }

        return plans;
    }

    private static bool Is(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private sealed record Trial(int Thread, OptionsFactory Options);
}
