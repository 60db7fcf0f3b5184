using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>A middleware under its alias: what lists and calls name.</summary>
public sealed class MiddlewareRegistration
{
    internal const DynamicallyAccessedMemberTypes KeptMembers =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces;

    internal const DynamicallyAccessedMemberTypes KeptOptionsMembers =
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties;

    internal MiddlewareRegistration(string alias, string section)
    {
        Alias = alias;
        Section = section;
    }

    /// <summary>The alias as it was registered. Compared without case, <c>_</c> and <c>-</c>.</summary>
    public string Alias { get; }

    /// <summary>The key under <c>RouteMiddleware</c> that holds the middleware's shared options. Compared as an alias is.</summary>
    public string Section { get; }

    /// <summary>The middleware's class, or <see langword="null"/> for a delegate.</summary>
    [DynamicallyAccessedMembers(KeptMembers)]
    public Type? MiddlewareType { get; internal init; }

    /// <summary>The class of the middleware's options, or <see langword="null"/> where it takes none.</summary>
    [DynamicallyAccessedMembers(KeptOptionsMembers)]
    public Type? OptionsType { get; internal init; }

    internal Func<object>? CreateOptions { get; init; }

    internal Action<object>? Defaults { get; set; }

    internal Func<HttpContext, RequestDelegate, Task>? Middleware { get; init; }

    internal Action<IApplicationBuilder>? Configure { get; init; }

    internal Func<IServiceProvider, IMiddleware>? Factory { get; init; }

    /// <summary>What runs in its place; its options, its place in chains and its rules stay.</summary>
    internal MiddlewareRegistration? Substitute { get; private init; }

    /// <summary>The last word on the options of every attachment.</summary>
    internal Action<object>? PostConfigure { get; private init; }

    /// <summary>The class that runs.</summary>
    internal Type? RunningType => Substitute is null ? MiddlewareType : Substitute.MiddlewareType;

    internal MiddlewareRegistration With(MiddlewareRegistration? substitute, Action<object>? postConfigure) => new(Alias, Section)
    {
        MiddlewareType = MiddlewareType,
        OptionsType = OptionsType,
        CreateOptions = CreateOptions,
        Defaults = Defaults,
        Middleware = Middleware,
        Configure = Configure,
        Factory = Factory,
        Substitute = substitute ?? Substitute,
        PostConfigure = PostConfigure + postConfigure,
    };

    /// <summary>Alias and class.</summary>
    /// <returns>The alias, and the class where there is one.</returns>
    public override string ToString() => MiddlewareType is null ? Alias : $"{Alias} ({MiddlewareType.FullName})";
}
