using System.Runtime.CompilerServices;
using RouteMiddleware.Middleware.StaticFiles;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>static_files</c> to endpoints and groups.</summary>
public static class StaticFilesConventionExtensions
{
    /// <summary>Answers with a file where there is one under the request's path, once everything else of the chain has let the request pass.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="configure">Changes the options. Default: as the settings say.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithStaticFiles<TBuilder>(
        this TBuilder builder,
        Action<StaticFilesOptions>? configure = null,
        [CallerLineNumber] int line = 0,
        [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware<TBuilder, StaticFilesOptions>("static_files", configure ?? (static _ => { }), line, file);
}
