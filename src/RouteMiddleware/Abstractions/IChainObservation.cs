using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>A service that measures each middleware of a chain by itself while somebody listens to the meter or the activity source of the library.</summary>
internal interface IChainObservation
{
    /// <summary>Whether every chain is composed so that it can be measured: set before endpoints are built. Default: only those chains that <see cref="IObserveChains"/> stands in.</summary>
    bool IsWanted { get; set; }

    /// <summary>Whether somebody listens.</summary>
    bool IsOn { get; }

    /// <summary>Has every request measured until the subscription is disposed, whether or not anybody listens.</summary>
    IDisposable Subscribe();

    /// <summary>What is known so far of a request that is measured: the time in each middleware, in the order in which they were entered.</summary>
    IReadOnlyList<MiddlewareTime> TimesOf(HttpContext context);

    /// <summary>Notes that a middleware refuses a request, wherever in its chain it stands.</summary>
    void Refused(HttpContext context, Refusal refusal);
}
