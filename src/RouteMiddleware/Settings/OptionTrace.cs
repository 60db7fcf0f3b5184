using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace RouteMiddleware.Settings;

/// <summary>Makes the options of one attachment again, layer by layer, and notes which layer set what. Only when somebody asks.</summary>
internal sealed class OptionTrace
{
    private readonly MiddlewareRegistration _registration;
    private readonly PropertyInfo[] _properties;
    private readonly Dictionary<string, (ChainOptionSource Source, string? By)> _set = new(StringComparer.OrdinalIgnoreCase);
    private readonly object _options;

    private OptionTrace(MiddlewareRegistration registration)
    {
        _registration = registration;
        _properties = PropertiesOf(registration.OptionsType!);
        _options = registration.CreateOptions!();
    }

    /// <summary>The options of one attachment.</summary>
    /// <param name="plan">The attachment, as it is now.</param>
    /// <param name="factory">The settings in effect.</param>
    /// <param name="inEffect">The options that its middleware was made with; <see langword="null"/> where it was not made.</param>
    public static IReadOnlyList<TracedOption> Of(LinkPlan plan, OptionsFactory factory, object? inEffect)
    {
        if (plan.Registration is not { CreateOptions: not null, OptionsType: not null } registration)
        {
            return [];
        }

        var trace = new OptionTrace(registration);
        trace.Run(ChainOptionSource.Registration, registration.Defaults);
        trace.Bind(ChainOptionSource.Section, factory.SharedSection(registration));
        trace.Bind(ChainOptionSource.Entry, plan.Options.Count == 0 ? null : new ConfigurationBuilder().AddInMemoryCollection(plan.Options).Build());
        trace.Run(ChainOptionSource.Argument, plan.Argument is { } argument ? options => (options as IAcceptArgument)?.ApplyArgument(argument) : null);
        trace.Run(ChainOptionSource.Call, plan.Configure);
        trace.Run(ChainOptionSource.Registration, registration.PostConfigure, $"{nameof(RouteMiddlewareBuilder.PostConfigure)}(\"{registration.Alias}\")");
        return trace.Read(inEffect ?? trace._options, plan.Configure is not null);
    }

    /// <summary>The options that an argument sets.</summary>
    public static IReadOnlyList<TracedOption> OfArgument(LinkPlan plan)
    {
        if (plan.Argument is not { } argument || plan.Registration is not { CreateOptions: not null, OptionsType: not null } registration)
        {
            return [];
        }

        var trace = new OptionTrace(registration);
        trace.Run(ChainOptionSource.Argument, options => (options as IAcceptArgument)?.ApplyArgument(argument));
        return [.. trace.Read(trace._options, isConfigured: false).Where(static option => option.Source == ChainOptionSource.Argument)];
    }

    private static PropertyInfo[] PropertiesOf([DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] Type type)
        => [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.GetMethod?.IsPublic == true && property.GetIndexParameters().Length == 0
                && (property.SetMethod?.IsPublic == true || property.PropertyType.IsAssignableTo(typeof(IEnumerable))))];

    private void Run(ChainOptionSource source, Action<object>? layer, string? by = null)
    {
        if (layer is null)
        {
            return;
        }

        var probed = Probe(layer);
        var before = Snapshot(_options);
        layer(_options);
        var after = Snapshot(_options);

        foreach (var (name, value) in after)
        {
            // Code that sets an option to what it was already is seen on the probe alone.
            if (!before.TryGetValue(name, out var old) || !old.IsSameAs(value) || (probed.TryGetValue(name, out var set) && set.IsSameAs(value)))
            {
                _set[name] = (source, by);
            }
        }
    }

    private Dictionary<string, Seen> Probe(Action<object> layer)
    {
        var probe = OptionProbe.Of(_registration.CreateOptions!(), _options, _properties);
        var before = Snapshot(probe);

        try
        {
            layer(probe);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Code that can't work with such values tells nothing by them; a change of the real ones still shows.
            return [];
        }

        return Snapshot(probe).Where(pair => !before.TryGetValue(pair.Key, out var old) || !old.IsSameAs(pair.Value)).ToDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private void Bind(ChainOptionSource source, IConfiguration? values)
    {
        if (values is null)
        {
            return;
        }

        OptionsBinder.Bind(_options, _registration.OptionsType!, values, "", new FaultList());

        foreach (var value in values.GetChildren())
        {
            if (Array.Find(_properties, property => AliasComparer.Instance.Equals(property.Name, value.Key)) is not { } property)
            {
                continue;
            }

            if (property.GetValue(_options) is not IDictionary<string, string?>)
            {
                _set[property.Name] = (source, value.Path);
                continue;
            }

            foreach (var entry in value.GetChildren())
            {
                _set[$"{property.Name}:{entry.Key}"] = (source, entry.Path);
            }
        }
    }

    private IReadOnlyList<TracedOption> Read(object inEffect, bool isConfigured)
    {
        var traced = Snapshot(_options);

        return [.. Snapshot(inEffect).Select(pair =>
        {
            var (name, seen) = pair;
            var (source, by) = _set.GetValueOrDefault(name);

            // The call was made once, at the start: what it captured may be another by now.
            var isOfTheCall = isConfigured && (!traced.TryGetValue(name, out var again) || !again.IsSameAs(seen));
            return new TracedOption(seen.Property, seen.Key, seen.Value, isOfTheCall ? ChainOptionSource.Call : source, isOfTheCall ? null : by);
        })];
    }

    // The entries of a map count one by one.
    private Dictionary<string, Seen> Snapshot(object options)
    {
        Dictionary<string, Seen> snapshot = new(StringComparer.OrdinalIgnoreCase);

        foreach (var property in _properties)
        {
            switch (property.GetValue(options))
            {
                case IDictionary<string, string?> map:
                    foreach (var (key, value) in map)
                    {
                        snapshot[$"{property.Name}:{key}"] = new Seen(property, key, value, value, null);
                    }

                    break;
                case IDictionary map:
                    foreach (DictionaryEntry entry in map)
                    {
                        snapshot[$"{property.Name}:{OptionText.Of(entry.Key)}"] = Seen.Of(property, OptionText.Of(entry.Key), entry.Value);
                    }

                    break;
                case var value:
                    snapshot[property.Name] = Seen.Of(property, null, value);
                    break;
            }
        }

        return snapshot;
    }

    private sealed record Seen(PropertyInfo Property, string? Key, object? Value, string? Text, object? Identity)
    {
        public static Seen Of(PropertyInfo property, string? key, object? value) => new(property, key, value, OptionText.Of(value), OptionText.IsWhole(value) ? null : value);

        public bool IsSameAs(Seen other) => string.Equals(Text, other.Text, StringComparison.Ordinal) && ReferenceEquals(Identity, other.Identity);
    }
}
