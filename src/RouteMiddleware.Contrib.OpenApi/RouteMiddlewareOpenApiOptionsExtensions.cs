using Microsoft.AspNetCore.OpenApi;
using RouteMiddleware.Contrib.OpenApi;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Has OpenAPI documents follow the middleware of each operation.</summary>
public static class RouteMiddlewareOpenApiOptionsExtensions
{
    /// <summary>
    /// Adds to each operation what the middleware of its chain in effect tell: their refusals, the headers on all answers, and the credentials that requests carry.
    /// </summary>
    /// <param name="options">The document's options: <c>builder.Services.AddOpenApi(options => options.AddRouteMiddleware())</c>.</param>
    /// <returns><paramref name="options"/>, for chaining.</returns>
    public static OpenApiOptions AddRouteMiddleware(this OpenApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        return options
            .AddSchemaTransformer(ProblemSchema.ExtendAsync)
            .AddOperationTransformer(new ChainTransformer());
    }
}
