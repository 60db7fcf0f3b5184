using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Antiforgery;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>antiforgery</c> to endpoints and groups.</summary>
public static class AntiforgeryConventionExtensions
{
    /// <summary>Refuses requests that change something and carry no valid antiforgery token.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithAntiforgery<TBuilder>(
        this TBuilder builder,
        Action<AntiforgeryOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, AntiforgeryOptions>("antiforgery", configure ?? (static _ => { }), line, file);
}
