using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Benchmarks.Pipeline;

/// <summary>The same nothing in every shape.</summary>
internal static class Passing
{
    internal sealed class Middleware : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    internal sealed class Convention(RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => next(context);
    }

    internal sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
