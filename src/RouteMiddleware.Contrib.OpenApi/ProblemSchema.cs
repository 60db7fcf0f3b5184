using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RouteMiddleware.Contrib.OpenApi;

/// <summary>The schema of a refusal's body: the framework's problem details, and what ours tell besides.</summary>
internal static class ProblemSchema
{
    public const string ContentType = "application/problem+json";

    private const string Id = nameof(ProblemDetails);

    /// <summary>Adds the members that refusals have.</summary>
    public static Task ExtendAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(ProblemDetails) && context.JsonPropertyInfo is null)
        {
            schema.Properties ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
            schema.Properties.TryAdd("code", TextOf("What went wrong, as a stable name for programs."));
            schema.Properties.TryAdd("traceId", TextOf("The trace that the request belongs to."));
            schema.Properties.TryAdd("requestId", TextOf("The request's id."));
            schema.Properties.TryAdd("retry_after", new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "Seconds to wait before the request is sent again." });
        }

        return Task.CompletedTask;
    }

    /// <summary>The schema as a component that all refusals share.</summary>
    public static async Task<IOpenApiSchema> ReferenceAsync(OpenApiDocument document, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (document.Components?.Schemas?.ContainsKey(Id) is not true)
        {
            document.AddComponent<IOpenApiSchema>(Id, await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), cancellationToken: cancellationToken).ConfigureAwait(false));
        }

        return new OpenApiSchemaReference(Id, document);
    }

    private static OpenApiSchema TextOf(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
