using Microsoft.AspNetCore.Http;
using RouteMiddleware.Settings;

namespace RouteMiddleware.Pipeline;

/// <summary>A delegate around the rest of the request.</summary>
internal sealed class FunctionLink(LinkPlan plan, Func<HttpContext, RequestDelegate, Task> middleware) : Link(plan)
{
    public override RequestDelegate Around(RequestDelegate next) => context => middleware(context, next);

    public override RequestDelegate? AroundLater(Segment segment, RequestDelegate rest) => new First(middleware, segment, rest).InvokeAsync;

    private sealed class First(Func<HttpContext, RequestDelegate, Task> middleware, Segment segment, RequestDelegate rest) : FirstStep(segment, rest)
    {
        public Task InvokeAsync(HttpContext context) => Next is { } next ? middleware(context, next) : BeginAsync(context);

        protected override Task InvokeAsync(HttpContext context, RequestDelegate next) => middleware(context, next);
    }
}
