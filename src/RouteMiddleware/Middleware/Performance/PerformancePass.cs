using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Performance;

/// <summary>One request's way through <c>performance</c>.</summary>
internal sealed class PerformancePass(PerformanceMiddleware middleware, HttpContext context, long startedAt, long memory)
{
    public PerformanceMiddleware Middleware { get; } = middleware;

    public HttpContext Context { get; } = context;

    /// <summary>The endpoint on the way in: an exception handler takes it away.</summary>
    public Endpoint? Endpoint { get; } = context.GetEndpoint();

    public long StartedAt { get; } = startedAt;

    /// <summary>Bytes of the managed heap on the way in.</summary>
    public long Memory { get; } = memory;
}
