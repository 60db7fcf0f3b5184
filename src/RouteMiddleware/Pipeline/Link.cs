using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>One middleware at one place, made and ready to be put around the rest of a request.</summary>
internal abstract class Link(LinkPlan plan)
{
    public LinkPlan Plan { get; } = plan;

    /// <summary>The options that it was made with, to be shown; <see langword="null"/> where it takes none.</summary>
    public object? Options { get; set; }

    /// <summary>Whether something of it runs before the endpoint's parameters are bound.</summary>
    public virtual bool HasRequestStage => true;

    /// <summary>Whether something of it may run around the handler.</summary>
    public virtual bool HasHandlerStage => false;

    /// <summary>Whether a filter has to ask it, when the handler is made, for what runs around it: one that declines with any handler needs none.</summary>
    public virtual bool WantsHandlerStage => HasHandlerStage;

    /// <summary>Whether each endpoint has one of its own, which keeps what it learnt.</summary>
    public virtual bool LivesOnOneEndpoint => false;

    /// <summary>Whether a reload of the configuration can put another in its place.</summary>
    public virtual bool IsRenewable => false;

    /// <summary>What may run together with its neighbours; <see langword="null"/> for a link that runs alone.</summary>
    public virtual IJoinNeighbours? Joining => null;

    /// <summary>Answers the CORS preflights of the endpoints that the link stands on; <see langword="null"/> where it does not.</summary>
    public virtual RequestDelegate? Preflight => null;

    /// <summary>Puts the request stage around the rest of the request.</summary>
    public abstract RequestDelegate Around(RequestDelegate next);

    /// <summary>Puts the request stage around what the first request will compose; <see langword="null"/> where it stands around finished delegates only.</summary>
    public virtual RequestDelegate? AroundLater(Segment segment, RequestDelegate rest) => null;

    /// <summary>Puts the handler stage around the rest of the handler stage.</summary>
    public virtual EndpointFilterDelegate Around(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => next;

    /// <summary>Lets the middleware describe an endpoint that it stands on.</summary>
    public virtual void Contribute(EndpointBuilder endpointBuilder)
    {
    }

    /// <summary>Lets the middleware tell a document what it adds to the answers of an endpoint.</summary>
    public virtual void Describe(EndpointAnswers answers)
    {
    }
}
