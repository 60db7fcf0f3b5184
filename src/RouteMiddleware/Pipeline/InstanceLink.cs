using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>One instance for all endpoints of the place: an <see cref="IMiddleware"/>, an <see cref="IEndpointFilter"/>, or both.</summary>
internal sealed class InstanceLink(LinkPlan plan, object instance) : Link(plan)
{
    private readonly Func<RequestDelegate, RequestDelegate>? _step = instance is IMiddleware middleware ? DirectStep.For(middleware) : null;

    public object Instance => instance;

    public override bool HasRequestStage => instance is IMiddleware;

    public override bool HasHandlerStage => MiddlewareShapes.HasHandlerStage(instance.GetType());

    public override bool IsRenewable => Plan.Registration.OptionsType is not null;

    public override IJoinNeighbours? Joining => instance as IJoinNeighbours;

    public override RequestDelegate? Preflight => instance is IAnswerPreflight answering ? answering.AnswerPreflightAsync : null;

    public override RequestDelegate Around(RequestDelegate next)
        => _step is null ? next : _step(next);

    public override EndpointFilterDelegate Around(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => instance switch
    {
        IHandlerStageFactory factory => factory.CreateHandlerStage(context, next),
        IEndpointFilter filter => invocation => filter.InvokeAsync(invocation, next),
        _ => next,
    };

    public override void Contribute(EndpointBuilder endpointBuilder) => (instance as IEndpointContributor)?.Contribute(endpointBuilder);

    public override void Describe(EndpointAnswers answers) => ContributedAnswers.Describe(instance, answers);
}
