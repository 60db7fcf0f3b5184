using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.RequestId;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>request_id</c> to endpoints and groups.</summary>
public static class RequestIdConventionExtensions
{
    /// <summary>Gives each request an id, sends it back and puts it on every log line.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithRequestId<TBuilder>(
        this TBuilder builder,
        Action<RequestIdOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, RequestIdOptions>("request_id", configure ?? (static _ => { }), line, file);
}
