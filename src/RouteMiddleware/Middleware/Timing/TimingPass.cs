using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Timing;

/// <summary>One request's way through one <c>timing</c>.</summary>
internal sealed class TimingPass(TimingMiddleware middleware, HttpContext context, long startedAt)
{
    public TimingMiddleware Middleware { get; } = middleware;

    public HttpContext Context { get; } = context;

    public long StartedAt { get; } = startedAt;
}
