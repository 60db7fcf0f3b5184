using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.Auth;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Asks callers of endpoints and groups for a token.</summary>
public static class AuthConventionExtensions
{
    /// <summary>Lets only callers with a good token pass, and of those the ones with the roles, scopes and policy that are set.</summary>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options of the section <c>Auth</c> for this place.</param>
    /// <param name="line">The line of the call, for messages; the compiler fills it in.</param>
    /// <param name="file">The file of the call, for messages; the compiler fills it in.</param>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithAuth<TBuilder>(this TBuilder builder, Action<AuthOptions> configure, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware("auth", configure, line, file);
}
