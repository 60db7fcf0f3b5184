using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>Found by its name alone.</summary>
public sealed class TypeNameMiddleware : IMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Trail.Leave(context, "type-name");
        ArgumentNullException.ThrowIfNull(next);
        return next(context);
    }
}
