using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>A middleware that the container makes: asked for anew for each request, with the lifetime it was registered with.</summary>
internal sealed class ContainerLink(LinkPlan plan, Type type, IServiceScopeFactory scopes) : Link(plan)
{
    public override bool HasRequestStage => MiddlewareShapes.HasRequestStage(type);

    public override bool HasHandlerStage => MiddlewareShapes.HasHandlerStage(type);

    public override RequestDelegate? Preflight => type.IsAssignableTo(typeof(IAnswerPreflight))
        ? context => ((IAnswerPreflight)context.RequestServices.GetRequiredService(type)).AnswerPreflightAsync(context)
        : null;

    public override RequestDelegate Around(RequestDelegate next)
        => HasRequestStage ? context => ((IMiddleware)context.RequestServices.GetRequiredService(type)).InvokeAsync(context, next) : next;

    public override EndpointFilterDelegate Around(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
        => type.IsAssignableTo(typeof(IEndpointFilter))
            ? invocation => ((IEndpointFilter)invocation.HttpContext.RequestServices.GetRequiredService(type)).InvokeAsync(invocation, next)
            : next;

    public override void Contribute(EndpointBuilder endpointBuilder)
    {
        if (type.IsAssignableTo(typeof(IEndpointContributor)))
        {
            using var scope = scopes.CreateScope();
            ((IEndpointContributor)scope.ServiceProvider.GetRequiredService(type)).Contribute(endpointBuilder);
        }
    }

    public override void Describe(EndpointAnswers answers)
    {
        if (type.IsAssignableTo(typeof(IDescribeAnswers)) || type.IsAssignableTo(typeof(IEndpointContributor)))
        {
            using var scope = scopes.CreateScope();
            ContributedAnswers.Describe(scope.ServiceProvider.GetRequiredService(type), answers);
        }
    }
}
