using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace RouteMiddleware.Contrib.OpenApi;

/// <summary>Adds to an operation what the middleware of its endpoint tell.</summary>
internal sealed class ChainTransformer : IOpenApiOperationTransformer
{
    private readonly DescribedEndpoints _endpoints = new();

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var middleware = context.ApplicationServices.GetService<IMiddlewareAnswers>()
            ?? throw new InvalidOperationException("The document is to follow the middleware, but the services of RouteMiddleware are not registered: call builder.Services.AddRouteMiddleware().");

        if (context.Document is not { } document || context.Description.HttpMethod is not { } method)
        {
            return;
        }

        var answers = middleware.Of(_endpoints.Find(context.Description, context.ApplicationServices), method);

        await OperationAnswers.AddAsync(operation, answers, document, context, cancellationToken).ConfigureAwait(false);
        OperationSecurity.Add(operation, answers.Credentials, document);
    }
}
