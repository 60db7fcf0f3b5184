using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware;
using RouteMiddleware.Pipeline;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts middleware on endpoints and groups. Order is reading order: the first is the outermost.</summary>
public static class RouteMiddlewareConventionExtensions
{
    /// <summary>Puts a middleware on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="entry">What to put on: <c>alias</c>, <c>alias:argument</c>, a group, or the name of a type.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, string entry, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Of(entry, line, file)]);

    /// <summary>Puts middleware on the endpoint or group, in this order.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="first">The outermost: <c>alias</c>, <c>alias:argument</c>, a group, or the name of a type.</param>
    /// <param name="second">The next one.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, string first, string second, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Of(first, line, file), Attachment.Of(second, line, file)]);

    /// <summary>Puts middleware on the endpoint or group, in this order.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="first">The outermost: <c>alias</c>, <c>alias:argument</c>, a group, or the name of a type.</param>
    /// <param name="second">The next one.</param>
    /// <param name="third">The next one.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, string first, string second, string third, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Of(first, line, file), Attachment.Of(second, line, file), Attachment.Of(third, line, file)]);

    /// <summary>Puts middleware on the endpoint or group, in this order.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="first">The outermost: <c>alias</c>, <c>alias:argument</c>, a group, or the name of a type.</param>
    /// <param name="second">The next one.</param>
    /// <param name="third">The next one.</param>
    /// <param name="fourth">The innermost.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, string first, string second, string third, string fourth, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Of(first, line, file), Attachment.Of(second, line, file), Attachment.Of(third, line, file), Attachment.Of(fourth, line, file)]);

    /// <summary>Puts middleware on the endpoint or group, in this order. Faults name the route, but not the line of this call.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="entries">Each one <c>alias</c>, <c>alias:argument</c>, a group, or the name of a type.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, params string[] entries)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(entries);
        return EndpointAttachments.Attach(builder, [.. entries.Select(static entry => Attachment.Of(entry, 0, ""))]);
    }

    /// <summary>Puts a middleware with options or conditions on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="entry">What to put on, and when.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, MiddlewareEntry entry, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Of(entry, line, file)]);

    /// <summary>Puts a middleware on the endpoint or group and sets its options in code.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="entry"><c>alias</c> or <c>alias:argument</c>.</param>
    /// <param name="configure">Changes the options; wins over settings and argument.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <typeparam name="TOptions">The options class of the middleware's registration.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, with every fault: an unknown alias, an argument or option that can't be, a rule of order that is broken.</exception>
    public static TBuilder WithMiddleware<TBuilder, TOptions>(this TBuilder builder, string entry, Action<TOptions> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        where TOptions : class
        => EndpointAttachments.Attach(builder, [Attachment.Of(entry, configure, line, file)]);

    /// <summary>Puts a delegate on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="middleware">Runs around the rest of the request, before parameters are bound.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, Func<HttpContext, RequestDelegate, Task> middleware, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Of(middleware, line, file)]);

    /// <summary>Puts any <c>UseX()</c> of ASP.NET Core or of a package on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Called once for each endpoint; for example <c>app => app.UseRequestTimeouts()</c>.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, Action<IApplicationBuilder> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(configure);
        return EndpointAttachments.Attach(builder, [Attachment.Of(new MiddlewareRegistration("(pipeline)", "(pipeline)") { Configure = configure }, line, file)]);
    }

    /// <summary>Puts a middleware on the endpoint or group that a delegate makes: once, for all endpoints of the group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="factory">Makes the middleware from the application's services when the application starts.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithMiddleware<TBuilder>(this TBuilder builder, Func<IServiceProvider, IMiddleware> factory, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(factory);
        return EndpointAttachments.Attach(builder, [Attachment.Of(new MiddlewareRegistration("(factory)", "(factory)") { Factory = factory }, line, file)]);
    }

    /// <summary>Puts a middleware class on the endpoint or group. A class that was registered under an alias has its options and its section.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteGroupBuilder WithMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware>(this RouteGroupBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => EndpointAttachments.Attach(builder, [DirectAttachment.Of<TMiddleware>(line, file)]);

    /// <summary>Puts a middleware class with its options on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes, whose constructor takes <typeparamref name="TOptions"/>.</typeparam>
    /// <typeparam name="TOptions">A plain class of options.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteGroupBuilder WithMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware, [DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] TOptions>(this RouteGroupBuilder builder, Action<TOptions> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        where TOptions : class, new()
        => EndpointAttachments.Attach(builder, [DirectAttachment.Of<TMiddleware, TOptions>(configure, line, file)]);

    /// <summary>Puts a middleware class on the endpoint or group. A class that was registered under an alias has its options and its section.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteHandlerBuilder WithMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware>(this RouteHandlerBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => EndpointAttachments.Attach(builder, [DirectAttachment.Of<TMiddleware>(line, file)]);

    /// <summary>Puts a middleware class with its options on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes, whose constructor takes <typeparamref name="TOptions"/>.</typeparam>
    /// <typeparam name="TOptions">A plain class of options.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static RouteHandlerBuilder WithMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware, [DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] TOptions>(this RouteHandlerBuilder builder, Action<TOptions> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        where TOptions : class, new()
        => EndpointAttachments.Attach(builder, [DirectAttachment.Of<TMiddleware, TOptions>(configure, line, file)]);

    /// <summary>Puts a middleware class on the endpoint or group. A class that was registered under an alias has its options and its section.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static IEndpointConventionBuilder WithMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware>(this IEndpointConventionBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => EndpointAttachments.Attach(builder, [DirectAttachment.Of<TMiddleware>(line, file)]);

    /// <summary>Puts a middleware class with its options on the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Sets the options.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">A class in any of ASP.NET Core's shapes, whose constructor takes <typeparamref name="TOptions"/>.</typeparam>
    /// <typeparam name="TOptions">A plain class of options.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static IEndpointConventionBuilder WithMiddleware<[DynamicallyAccessedMembers(MiddlewareRegistration.KeptMembers)] TMiddleware, [DynamicallyAccessedMembers(MiddlewareRegistration.KeptOptionsMembers)] TOptions>(this IEndpointConventionBuilder builder, Action<TOptions> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        where TOptions : class, new()
        => EndpointAttachments.Attach(builder, [DirectAttachment.Of<TMiddleware, TOptions>(configure, line, file)]);
}
