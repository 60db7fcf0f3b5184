using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace RouteMiddleware.Contrib.OpenApi;

/// <summary>Writes answers and their headers into an operation. What the endpoint says of its own answers stays.</summary>
internal static class OperationAnswers
{
    public static async Task AddAsync(OpenApiOperation operation, EndpointAnswers answers, OpenApiDocument document, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];

        foreach (var ofStatus in answers.Answers.GroupBy(static answer => answer.Status))
        {
            var response = ResponseOf(operation.Responses, ofStatus.Key);
            Describe(response, ofStatus.Key, ofStatus);

            foreach (var answer in ofStatus)
            {
                await AddBodyAsync(response, answer, document, context, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (key, response) in operation.Responses)
        {
            // 'default' and '4XX' are the handler's.
            AddHeaders(response, answers.HeadersOf(int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : 0));
        }
    }

    private static OpenApiResponse ResponseOf(OpenApiResponses responses, int status)
    {
        var key = status.ToString(CultureInfo.InvariantCulture);

        // A reference belongs to others as well: what is added here is this operation's.
        var response = responses.TryGetValue(key, out var known) ? known as OpenApiResponse ?? CopyOf(known) : new OpenApiResponse();
        responses[key] = response;
        return response;
    }

    private static OpenApiResponse CopyOf(IOpenApiResponse shared) => new()
    {
        Description = shared.Description,
        Content = shared.Content is { } content ? new Dictionary<string, OpenApiMediaType>(content, StringComparer.Ordinal) : null,
        Headers = shared.Headers is { } headers ? new Dictionary<string, IOpenApiHeader>(headers, StringComparer.OrdinalIgnoreCase) : null,
        Links = shared.Links,
    };

    private static void Describe(OpenApiResponse response, int status, IEnumerable<EndpointAnswer> answers)
    {
        var isBare = string.IsNullOrEmpty(response.Description) || string.Equals(response.Description, ReasonPhrases.GetReasonPhrase(status), StringComparison.OrdinalIgnoreCase);
        var told = answers
            .Where(static answer => answer.Description is not null)
            .Select(static answer => answer.Refusal is { } refusal ? $"{answer.Description} (`{refusal.Code}`)" : answer.Description!)
            .Distinct(StringComparer.Ordinal);

        if (isBare && string.Join("; ", told) is { Length: > 0 } text)
        {
            response.Description = text;
        }

        response.Description ??= ReasonPhrases.GetReasonPhrase(status);
    }

    private static async Task AddBodyAsync(OpenApiResponse response, EndpointAnswer answer, OpenApiDocument document, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (answer.Refusal is { } refusal)
        {
            var body = BodyOf(response, ProblemSchema.ContentType);
            body.Schema ??= await ProblemSchema.ReferenceAsync(document, context, cancellationToken).ConfigureAwait(false);
            body.Examples ??= new Dictionary<string, IOpenApiExample>(StringComparer.Ordinal);
            body.Examples.TryAdd(refusal.Code, ExampleOf(refusal));
        }
        else if (answer.BodyType is { } type && type != typeof(void))
        {
            foreach (var contentType in answer.ContentTypes.DefaultIfEmpty("application/json"))
            {
                var body = BodyOf(response, contentType);
                body.Schema ??= type == typeof(Microsoft.AspNetCore.Mvc.ProblemDetails)
                    ? await ProblemSchema.ReferenceAsync(document, context, cancellationToken).ConfigureAwait(false)
                    : await context.GetOrCreateSchemaAsync(type, cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static OpenApiMediaType BodyOf(OpenApiResponse response, string contentType)
    {
        response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        return response.Content.TryGetValue(contentType, out var known) ? known : response.Content[contentType] = new OpenApiMediaType();
    }

    private static OpenApiExample ExampleOf(Refusal refusal) => new()
    {
        Summary = refusal.Title,
        Value = new JsonObject
        {
            ["title"] = refusal.Title,
            ["status"] = refusal.Status,
            ["detail"] = refusal.Detail,
            ["code"] = refusal.Code,
        },
    };

    private static void AddHeaders(IOpenApiResponse response, IReadOnlyList<AnswerHeader> headers)
    {
        if (headers.Count == 0 || response is not OpenApiResponse own)
        {
            return;
        }

        own.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.OrdinalIgnoreCase);

        foreach (var header in headers.Where(header => !own.Headers.Keys.Contains(header.Name, StringComparer.OrdinalIgnoreCase)))
        {
            own.Headers[header.Name] = new OpenApiHeader
            {
                Description = header.Description,
                Schema = new OpenApiSchema { Type = header.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String },
            };
        }
    }
}
