using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>One instance for all endpoints of the place: an <see cref="IMiddleware"/>, an <see cref="IEndpointFilter"/>, or both.</summary>
internal sealed class InstanceLink(LinkPlan plan, object instance) : Link(plan)
{
    private readonly DirectStep? _step = instance is IMiddleware middleware ? new DirectStep(middleware) : null;

    public object Instance => instance;

    public override bool HasRequestStage => instance is IMiddleware;

    public override bool HasHandlerStage => MiddlewareShapes.HasHandlerStage(instance.GetType());

    // A class without a request stage is asked in any case: that nobody asks is how it is told that the endpoint has no handler stage.
    public override bool WantsHandlerStage => HasHandlerStage && (instance is not (IMiddleware and IHandlerStageFactory { MayNeedHandlerStage: false }));

    public override bool IsRenewable => Plan.Registration.OptionsType is not null;

    public override IJoinNeighbours? Joining => instance as IJoinNeighbours;

    public override RequestDelegate? Preflight => instance is IAnswerPreflight answering ? answering.AnswerPreflightAsync : null;

    public override RequestDelegate Around(RequestDelegate next)
        => _step is null ? next : _step.Around(next);

    public override RequestDelegate? AroundLater(Segment segment, RequestDelegate rest) => _step?.Around(segment, rest);

    public override EndpointFilterDelegate Around(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => instance switch
    {
        IHandlerStageFactory factory => factory.MayNeedHandlerStage ? factory.CreateHandlerStage(context, next) : next,
        IEndpointFilter filter => invocation => filter.InvokeAsync(invocation, next),
        _ => next,
    };

    public override void Contribute(EndpointBuilder endpointBuilder) => (instance as IEndpointContributor)?.Contribute(endpointBuilder);

    public override void Describe(EndpointAnswers answers) => ContributedAnswers.Describe(instance, answers);
}
