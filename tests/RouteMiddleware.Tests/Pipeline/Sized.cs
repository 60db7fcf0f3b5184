using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

/// <summary>Tells its options in the trail.</summary>
internal sealed class Sized : IMiddleware
{
    private readonly string _name;

    public Sized(SizedOptions options)
    {
        options.ThrowIfInvalid();
        _name = $"{options.Text}:{options.Size}";
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Trail.Leave(context, _name);
        return next(context);
    }
}
