using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>A result that fails before it writes.</summary>
internal sealed class FailingResult : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => throw new InvalidOperationException("the result failed");
}
