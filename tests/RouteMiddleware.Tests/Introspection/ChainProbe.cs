using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Introspection;

/// <summary>A middleware with an option of each kind, in each place that could hold a secret.</summary>
internal sealed class ChainProbe(ProbeOptions options) : IMiddleware, IEndpointFilter, IAnswerPreflight
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Trail.Leave(context, $"probe{options.Limit}");
        return next(context);
    }

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);

    public Task AnswerPreflightAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
