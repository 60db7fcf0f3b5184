using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// Is told of every middleware that a request enters and leaves: a service, of which there may be several. While one is registered, every chain is measured link by link, which
/// costs time and memory: for test hosts and diagnostics. Called by many requests at once; what it throws goes the way of the middleware's own exceptions.
/// </summary>
public interface IMiddlewareObserver
{
    /// <summary>A request comes to a middleware. One that it passes by (conditions, what the route took off, preflights) is not entered.</summary>
    /// <param name="context">The request.</param>
    /// <param name="step">The middleware.</param>
    void Entered(HttpContext context, MiddlewareStep step);

    /// <summary>A request went on behind the last middleware that it entered: from the global list into the rest of the pipeline, from the chain to the handler. Default: nothing.</summary>
    /// <param name="context">The request.</param>
    void WentOn(HttpContext context)
    {
    }

    /// <summary>A request left a middleware that it had entered; the answer may have reached its caller by then. Default: nothing.</summary>
    /// <param name="context">The request.</param>
    /// <param name="step">The middleware.</param>
    /// <param name="exception">What came out of it, or <see langword="null"/>.</param>
    void Left(HttpContext context, MiddlewareStep step, Exception? exception)
    {
    }
}
