using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The permits of one request that are given back if it does not fail: a login guard counts wrong passwords only, however many logins there are.</summary>
internal sealed class FailureCount(RateLimitMiddleware limit, HttpContext context, RatePermit permit)
{
    private static readonly Func<object, Task> DecideByAnswer = static state =>
    {
        var count = (FailureCount)state;
        count.Decide(count.Status);
        return Task.CompletedTask;
    };

    private bool _isDecided;

    private int Status => context.Response.StatusCode;

    /// <summary>Goes on, with the permits taken. An answer that never starts keeps them: nobody knows that it would have been a good one.</summary>
    public Task InvokeAsync(RequestDelegate next)
    {
        context.Items[limit] = this;
        context.Response.OnStarting(DecideByAnswer, this);
        return next(context);
    }

    /// <summary>The handler stage: decides by the handler's result, before it is written.</summary>
    public static async ValueTask<object?> InvokeAsync(RateLimitMiddleware limit, EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var result = await next(invocation).ConfigureAwait(false);

        if (invocation.HttpContext.Items[limit] is FailureCount count && count.StatusOf(result) is { } status)
        {
            count.Decide(status);
        }

        return result;
    }

    // A result that does not tell its status is decided upon when its answer starts.
    private int? StatusOf(object? result) => result switch
    {
        INestedHttpResult nested => StatusOf(nested.Result),
        IStatusCodeHttpResult { StatusCode: { } status } => status,
        IStatusCodeHttpResult or not IResult => Status,
        _ => null,
    };

    private void Decide(int status)
    {
        if (_isDecided)
        {
            return;
        }

        _isDecided = true;

        if (status < StatusCodes.Status400BadRequest)
        {
            limit.GiveBack(context, permit);
        }
    }
}
