using System.Runtime.CompilerServices;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds <c>metrics</c> to endpoints and groups.</summary>
public static class MetricsConventionExtensions
{
    /// <summary>Measures the requests to the endpoint or group.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="line">Set by the compiler, for messages.</param>
    /// <param name="file">Set by the compiler, for messages.</param>
    /// <typeparam name="TBuilder">The kind of endpoint or group.</typeparam>
    /// <returns><paramref name="builder"/>, for chaining.</returns>
    public static TBuilder WithMetrics<TBuilder>(this TBuilder builder, [CallerLineNumber] int line = 0, [CallerFilePath] string file = "")
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMiddleware("metrics", line, file);
}
