using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing;
using RouteMiddleware;
using RouteMiddleware.Pipeline;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Takes middleware off endpoints and groups: what outer groups, earlier calls or the global list put on.</summary>
public static class RouteMiddlewareExclusionExtensions
{
    /// <summary>Takes a middleware off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="entry"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static TBuilder WithoutMiddleware<TBuilder>(this TBuilder builder, string entry, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Without(entry, line, file)]);

    /// <summary>Takes middleware off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="first"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="second"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static TBuilder WithoutMiddleware<TBuilder>(this TBuilder builder, string first, string second, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Without(first, line, file), Attachment.Without(second, line, file)]);

    /// <summary>Takes middleware off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="first"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="second"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="third"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static TBuilder WithoutMiddleware<TBuilder>(this TBuilder builder, string first, string second, string third, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Without(first, line, file), Attachment.Without(second, line, file), Attachment.Without(third, line, file)]);

    /// <summary>Takes middleware off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="first"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="second"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="third"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="fourth"><c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static TBuilder WithoutMiddleware<TBuilder>(this TBuilder builder, string first, string second, string third, string fourth, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => EndpointAttachments.Attach(builder, [Attachment.Without(first, line, file), Attachment.Without(second, line, file), Attachment.Without(third, line, file), Attachment.Without(fourth, line, file)]);

    /// <summary>Takes middleware off. Faults name the route, but not the line of this call.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="entries">Each one <c>alias</c> for every attachment of it, <c>alias:argument</c> for that one, or a group.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static TBuilder WithoutMiddleware<TBuilder>(this TBuilder builder, params string[] entries)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(entries);
        return EndpointAttachments.Attach(builder, [.. entries.Select(static entry => Attachment.Without(entry, 0, ""))]);
    }

    /// <summary>Takes every attachment of a middleware class off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">The class.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static RouteGroupBuilder WithoutMiddleware<TMiddleware>(this RouteGroupBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => EndpointAttachments.Attach(builder, [Attachment.Without(typeof(TMiddleware), line, file)]);

    /// <summary>Takes every attachment of a middleware class off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">The class.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static RouteHandlerBuilder WithoutMiddleware<TMiddleware>(this RouteHandlerBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => EndpointAttachments.Attach(builder, [Attachment.Without(typeof(TMiddleware), line, file)]);

    /// <summary>Takes every attachment of a middleware class off.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler.</param>
    /// <param name="file">Set by the compiler.</param>
    /// <typeparam name="TMiddleware">The class.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    /// <exception cref="RouteMiddlewareException">At start, where there is nothing to take off.</exception>
    public static IEndpointConventionBuilder WithoutMiddleware<TMiddleware>(this IEndpointConventionBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TMiddleware : class
        => EndpointAttachments.Attach(builder, [Attachment.Without(typeof(TMiddleware), line, file)]);
}
