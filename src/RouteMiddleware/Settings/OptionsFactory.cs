using Microsoft.Extensions.Configuration;

namespace RouteMiddleware.Settings;

/// <summary>Makes the options of one attachment. Later wins: class, registration, shared section, entry, argument, call.</summary>
internal sealed class OptionsFactory(IConfiguration? root)
{
    /// <summary>The section that a registration shares, compared as aliases are: <c>RateLimit</c> for <c>rate_limit</c>.</summary>
    public IConfigurationSection? SharedSection(MiddlewareRegistration registration)
        => root?.GetChildren().FirstOrDefault(section => AliasComparer.Instance.Equals(section.Key, registration.Section));

    /// <summary>Everything in the settings that the options of one attachment are made of, as one text: equal as long as they are.</summary>
    public string SourceOf(LinkPlan plan)
    {
        var shared = SharedSection(plan.Registration)?.AsEnumerable() ?? [];
        var own = plan.Options.Select(static pair => pair).Append(new(":argument", plan.Argument));
        return string.Join('\n', shared.Concat(own).OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase).Select(static pair => $"{pair.Key}={pair.Value?.Length}:{pair.Value}"));
    }

    /// <summary>The options that the bare alias gets; <see langword="null"/> for a middleware without options.</summary>
    public object? CreateShared(MiddlewareRegistration registration, FaultList faults)
    {
        var options = Begin(registration, faults);

        if (options is not null)
        {
            registration.PostConfigure?.Invoke(options);
        }

        return options;
    }

    private object? Begin(MiddlewareRegistration registration, FaultList faults)
    {
        if (registration.CreateOptions is not { } create || registration.OptionsType is not { } type)
        {
            return null;
        }

        var options = create();
        registration.Defaults?.Invoke(options);

        if (SharedSection(registration) is { } section)
        {
            OptionsBinder.Bind(options, type, section, section.Path, faults);
        }

        return options;
    }

    /// <summary>The options of one attachment; <see langword="null"/> for a middleware without options.</summary>
    public object? Create(LinkPlan plan, FaultList faults)
    {
        var registration = plan.Registration;
        var options = Begin(registration, faults);

        if (options is null)
        {
            RefuseOptions(plan, faults);
            return null;
        }

        if (plan.Options.Count > 0)
        {
            OptionsBinder.Bind(options, registration.OptionsType!, new ConfigurationBuilder().AddInMemoryCollection(plan.Options).Build(), $"{plan.Where}:Options", faults);
        }

        if (plan.Argument is { } argument)
        {
            Apply(argument, options, plan, faults);
        }

        plan.Configure?.Invoke(options);
        registration.PostConfigure?.Invoke(options);

        if (options is IPlacedOptions placed)
        {
            placed.Place = plan.Place;
        }

        return options;
    }

    private static void Apply(string argument, object options, LinkPlan plan, FaultList faults)
    {
        if (options is not IAcceptArgument accepting)
        {
            faults.Add(plan.Where, $"'{plan.Name}' takes no argument, but '{plan}' gives one.", "Write the bare alias, and set its options by key.");
            return;
        }

        if (argument.Length == 0)
        {
            faults.Add(plan.Where, $"The argument of '{plan.Name}' is empty.", "Write it behind the colon, or take the colon out.");
            return;
        }

        try
        {
            accepting.ApplyArgument(argument);
        }
        catch (FormatException exception)
        {
            faults.Add(plan.Where, $"The argument of '{plan}' can't be read: {exception.Message}", $"See the page of '{plan.Name}' for its arguments.");
        }
    }

    private static void RefuseOptions(LinkPlan plan, FaultList faults)
    {
        if (plan.Argument is not null)
        {
            faults.Add(plan.Where, $"'{plan.Name}' takes no argument, but '{plan}' gives one.", "Write the bare alias; or name its options class: AddMiddleware<TMiddleware, TOptions>(alias).");
        }

        if (plan.Options.Count > 0 || plan.Configure is not null)
        {
            faults.Add(plan.Where, $"'{plan.Name}' takes no options.", "Take the options out; or name its options class: AddMiddleware<TMiddleware, TOptions>(alias).");
        }
    }
}
