using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>Is told of each pass through a middleware, as it ends. Called from many requests at once.</summary>
internal interface IWatchPasses
{
    /// <param name="endpoint">The endpoint of the request, if there is one.</param>
    /// <param name="plan">The attachment, as the application started with it.</param>
    /// <param name="time">The time spent in the middleware itself, without what it called.</param>
    /// <param name="outcome">How the request left it.</param>
    /// <param name="reason">The code of the refusal, or its status.</param>
    void Passed(Endpoint? endpoint, LinkPlan plan, TimeSpan time, PassOutcome outcome, string? reason);
}
