using System.Runtime.CompilerServices;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts sessions on endpoints and groups.</summary>
public static class SessionConventionExtensions
{
    /// <summary>Gives the endpoint or group sessions: <c>WithMiddleware("session")</c> with options of its own.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the shared options for this place.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithSession<TBuilder>(this TBuilder builder, Action<RouteMiddleware.Contrib.Session.SessionOptions> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware("session", configure, line, file);
}
