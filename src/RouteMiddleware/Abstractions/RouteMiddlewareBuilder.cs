using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware;

/// <summary>Collects what is known before the application is built: middleware under their aliases, groups, and entries of the global list. Checked when the application starts.</summary>
public sealed class RouteMiddlewareBuilder
{
    private readonly List<MiddlewareRegistration> _registrations = [];
    private readonly List<KeyValuePair<string, IReadOnlyList<MiddlewareEntry>>> _groups = [];
    private readonly List<MiddlewareEntry> _globalEntries = [];
    private readonly List<MiddlewareRegistration> _sections = [];
    private readonly List<MiddlewareChange> _changes = [];

    internal RouteMiddlewareBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The middleware registered so far, the built-in ones included, in the order of their registration.</summary>
    public IReadOnlyList<MiddlewareRegistration> Registrations => _registrations;

    /// <summary>The groups added in code so far, in the order of the calls. Groups of the settings come with the application's start.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<MiddlewareEntry>>> Groups => _groups;

    /// <summary>The entries that code appends to the global list of the settings.</summary>
    public IReadOnlyList<MiddlewareEntry> GlobalEntries => _globalEntries;

    /// <summary>The sections that belong to no middleware.</summary>
    internal IReadOnlyList<MiddlewareRegistration> Sections => _sections;

    /// <summary>What is to be changed of registrations, in the order of the calls.</summary>
    internal IReadOnlyList<MiddlewareChange> Changes => _changes;

    /// <summary>Registers a middleware that takes no options.</summary>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes: <see cref="IMiddleware"/>, <see cref="IEndpointFilter"/>, or with <c>InvokeAsync(HttpContext)</c>.</typeparam>
    /// <param name="alias">The name for lists and calls: letters, digits, <c>_</c> and <c>-</c>. Taken already: the start is refused.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder AddMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware>(string alias)
        where TMiddleware : class
        => Add(new MiddlewareRegistration(Checked(alias), alias) { MiddlewareType = typeof(TMiddleware) });

    /// <summary>Registers a middleware with its options.</summary>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes, whose constructor takes <typeparamref name="TOptions"/>.</typeparam>
    /// <typeparam name="TOptions">A plain class of options.</typeparam>
    /// <param name="alias">The name for lists and calls: letters, digits, <c>_</c> and <c>-</c>. Taken already: the start is refused.</param>
    /// <param name="defaults">Changes the class's defaults; settings, entries and calls win over it. Default: none.</param>
    /// <param name="section">The key of the shared options under <c>RouteMiddleware</c>. Default: the alias.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder AddMiddleware<
        [DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware,
        [DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] TOptions>(string alias, Action<TOptions>? defaults = null, string? section = null)
        where TMiddleware : class
        where TOptions : class, new()
        => Add(new MiddlewareRegistration(Checked(alias), section ?? alias)
        {
            MiddlewareType = typeof(TMiddleware),
            OptionsType = typeof(TOptions),
            CreateOptions = static () => new TOptions(),
            Defaults = defaults is null ? null : options => defaults((TOptions)options),
        });

    /// <summary>Registers a delegate.</summary>
    /// <param name="alias">The name for lists and calls: letters, digits, <c>_</c> and <c>-</c>. Taken already: the start is refused.</param>
    /// <param name="middleware">Runs around the rest of the request.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder AddMiddleware(string alias, Func<HttpContext, RequestDelegate, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        return Add(new MiddlewareRegistration(Checked(alias), alias) { Middleware = middleware });
    }

    /// <summary>Registers any <c>UseX()</c> of ASP.NET Core or of a package.</summary>
    /// <param name="alias">The name for lists and calls: letters, digits, <c>_</c> and <c>-</c>. Taken already: the start is refused.</param>
    /// <param name="configure">Called once for each endpoint, and once for the global list; for example <c>app => app.UseRequestTimeouts()</c>.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder AddMiddleware(string alias, Action<IApplicationBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(new MiddlewareRegistration(Checked(alias), alias) { Configure = configure });
    }

    /// <summary>
    /// Claims a section of the settings for something that is no middleware, such as a connection that several share. Its keys and kinds of values are checked at start;
    /// <see cref="ISharedOptions"/> gives the options by the section's name.
    /// </summary>
    /// <typeparam name="TOptions">A plain class of options.</typeparam>
    /// <param name="name">The key under <c>RouteMiddleware</c>: letters, digits, <c>_</c> and <c>-</c>. Claimed already for the same class: nothing changes but the defaults, which add up.</param>
    /// <param name="defaults">Changes the class's defaults; settings win over it. Default: none.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name can't be one, or is claimed for another class.</exception>
    public RouteMiddlewareBuilder AddSection<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] TOptions>(string name, Action<TOptions>? defaults = null)
        where TOptions : class, new()
    {
        var known = _sections.Find(section => AliasComparer.Instance.Equals(section.Section, Checked(name)));

        if (known is not null && known.OptionsType != typeof(TOptions))
        {
            throw new ArgumentException($"The section '{name}' is claimed for {known.OptionsType!.Name}.", nameof(name));
        }

        if (known is null)
        {
            _sections.Add(known = new MiddlewareRegistration(name, name) { OptionsType = typeof(TOptions), CreateOptions = static () => new TOptions() });
        }

        if (defaults is not null)
        {
            known.Defaults += options => defaults((TOptions)options);
        }

        return this;
    }

    /// <summary>Names a list. A group of the same name in the settings takes its place.</summary>
    /// <param name="name">The name for lists and calls.</param>
    /// <param name="entries">The entries in the order in which they run; other groups among them.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder AddGroup(string name, params string[] entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _groups.Add(new(Checked(name), [.. entries.Select(MiddlewareEntry.FromString)]));
        return this;
    }

    /// <summary>Names a list whose entries have options or conditions.</summary>
    /// <param name="name">The name for lists and calls.</param>
    /// <param name="first">The outermost entry.</param>
    /// <param name="rest">The entries behind it, in the order in which they run.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder AddGroup(string name, MiddlewareEntry first, params MiddlewareEntry[] rest)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(rest);
        _groups.Add(new(Checked(name), [first, .. rest]));
        return this;
    }

    /// <summary>Appends to the global list, behind the entries of the settings.</summary>
    /// <param name="entries">The entries in the order in which they run.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder Use(params MiddlewareEntry[] entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _globalEntries.AddRange(entries);
        return this;
    }

    /// <summary>
    /// Runs a delegate in the place of a middleware, wherever lists and calls name that one; its options are still read and checked, and its place and its rules stay. For
    /// test hosts. An alias that is not there stops the start.
    /// </summary>
    /// <param name="alias">The alias of the middleware that is not to run.</param>
    /// <param name="middleware">Runs in its place.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder Substitute(string alias, Func<HttpContext, RequestDelegate, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _changes.Add(new(Checked(alias), new MiddlewareRegistration(alias, alias) { Middleware = middleware }, null, null));
        return this;
    }

    /// <summary>
    /// Runs another class in the place of a middleware, wherever lists and calls name that one; its options are still read and checked, and its place and its rules stay. For
    /// test hosts. An alias that is not there stops the start.
    /// </summary>
    /// <param name="alias">The alias of the middleware that is not to run.</param>
    /// <param name="middleware">A class in any of ASP.NET Core's shapes; its constructor may take the options of the one that it stands for.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder Substitute(string alias, [DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] Type middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _changes.Add(new(Checked(alias), new MiddlewareRegistration(alias, alias) { MiddlewareType = middleware }, null, null));
        return this;
    }

    /// <summary>
    /// Has the last word on the options of a middleware, wherever it stands: behind settings, arguments and calls. For test hosts. An alias that is not there, or has other
    /// options, stops the start.
    /// </summary>
    /// <typeparam name="TOptions">The class of its options.</typeparam>
    /// <param name="alias">The alias of the middleware.</param>
    /// <param name="configure">Changes the options of each attachment.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder PostConfigure<TOptions>(string alias, Action<TOptions> configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        _changes.Add(new(Checked(alias), null, typeof(TOptions), options => configure((TOptions)options)));
        return this;
    }

    /// <summary>Takes back what code registered under a name so far: the middleware (built-in ones too) or group, and its entries added by <see cref="Use"/>.</summary>
    /// <param name="name">The alias or the group's name. One that is not there changes nothing.</param>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder Remove(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _registrations.RemoveAll(registration => AliasComparer.Instance.Equals(registration.Alias, name));
        _groups.RemoveAll(group => AliasComparer.Instance.Equals(group.Key, name));
        _globalEntries.RemoveAll(entry => AliasComparer.Instance.Equals(entry.Name.Split(':', 2)[0], name));
        return this;
    }

    /// <summary>Takes back everything that code registered so far, the built-in middleware and claimed sections included.</summary>
    /// <returns>This builder.</returns>
    public RouteMiddlewareBuilder Clear()
    {
        _registrations.Clear();
        _groups.Clear();
        _globalEntries.Clear();
        _sections.Clear();
        return this;
    }

    private static string Checked(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        return AliasComparer.IsAlias(name)
            ? name
            : throw new ArgumentException($"'{name}' can't be a name: a letter comes first, then letters, digits, '_' and '-'.", nameof(name));
    }

    private RouteMiddlewareBuilder Add(MiddlewareRegistration registration)
    {
        _registrations.Add(registration);
        return this;
    }
}
