using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>One call of <c>WithMiddleware</c> or <c>WithoutMiddleware</c>: made at the call and shared by all endpoints and builds, so that it identifies what it attached.</summary>
internal sealed class Attachment : IRouteMiddlewareMetadata
{
    private string? _route;

    private Attachment(string name, string? argument, int line, string file)
    {
        Name = name;
        Argument = argument;
        Origin = line > 0 ? $"{Path.GetFileName(file)}:{line}" : null;
    }

    public string Name { get; }

    public string? Argument { get; }

    public bool IsExclusion { get; private init; }

    public string? Origin { get; }

    /// <summary>What the call named, or <see langword="null"/> where it handed over the middleware itself.</summary>
    public MiddlewareEntry? Entry { get; private init; }

    /// <summary>The middleware that the call handed over.</summary>
    public MiddlewareRegistration? Direct { get; private init; }

    /// <summary>The type that the call named, to put on or take off.</summary>
    public Type? Type { get; private init; }

    public Action<object>? Configure { get; private init; }

    public Type? ConfiguredType { get; private init; }

    /// <summary>Whether it was put on a group of endpoints.</summary>
    public bool IsOnGroup { get; set; }

    /// <summary>How faults name the place: the first route that it was found on, with file and line of the call.</summary>
    public string Where => (_route, Origin) switch
    {
        ({ } route, { } origin) => $"{route} ({origin})",
        ({ } route, null) => route,
        _ => Origin ?? $"WithMiddleware(\"{this}\")",
    };

    public static Attachment Of(MiddlewareEntry entry, int line, string file)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var text = EntryText.Parse(entry.Name);
        return new(text.Name, text.Argument, line, file) { Entry = entry };
    }

    public static Attachment Of<TOptions>(MiddlewareEntry entry, Action<TOptions> configure, int line, string file)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(configure);
        var text = EntryText.Parse(entry.Name);
        return new(text.Name, text.Argument, line, file) { Entry = entry, Configure = options => configure((TOptions)options), ConfiguredType = typeof(TOptions) };
    }

    public static Attachment Of(MiddlewareRegistration direct, int line, string file, Action<object>? configure = null)
        => new(direct.Alias, null, line, file) { Direct = direct, Type = direct.MiddlewareType, Configure = configure };

    public static Attachment Of(Func<HttpContext, RequestDelegate, Task> middleware, int line, string file)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return Of(new MiddlewareRegistration("(delegate)", "(delegate)") { Middleware = middleware }, line, file);
    }

    public static Attachment Without(string entry, int line, string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(entry);
        var text = EntryText.Parse(entry);
        return new(text.Name, text.Argument, line, file) { IsExclusion = true };
    }

    public static Attachment Without(Type type, int line, string file) => new(type.FullName ?? type.Name, null, line, file) { IsExclusion = true, Type = type };

    /// <summary>Says which endpoint it stands on; the first one counts.</summary>
    public void FoundOn(EndpointBuilder endpoint) => _route ??= RouteName.Of(endpoint);

    /// <summary>Whether this exclusion takes a plan off: by alias, group or type, and by argument where it names one.</summary>
    public bool TakesOff(LinkPlan plan)
        => Type is not null
            ? plan.Registration.MiddlewareType == Type
            : Named(plan) && (Argument is null || string.Equals(Argument, plan.Argument, StringComparison.OrdinalIgnoreCase));

    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";

    private bool Named(LinkPlan plan)
        => AliasComparer.Instance.Equals(plan.Name, Name)
            || plan.Groups.Contains(Name, AliasComparer.Instance)
            || string.Equals(plan.Registration.MiddlewareType?.FullName, Name.Split(',', 2)[0].Trim(), StringComparison.Ordinal);
}
