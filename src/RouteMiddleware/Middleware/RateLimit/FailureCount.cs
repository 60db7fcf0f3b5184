using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The permits of one request that are given back if it does not fail: a login guard counts wrong passwords only, however many logins there are.</summary>
internal sealed class FailureCount(RateLimitMiddleware limit, HttpContext context, RatePermit permit, SharedPermit? shared = null)
{
    private static readonly Func<object, Task> DecideByAnswer = static state =>
    {
        var count = (FailureCount)state;
        return count.DecideAsync(count.Status).AsTask();
    };

    private bool _isDecided;

    private int Status => context.Response.StatusCode;

    /// <summary>Begins with the permits taken. An answer that never starts keeps them: nobody knows that it would have been a good one.</summary>
    public void Begin()
    {
        context.Items[limit] = this;
        context.Response.OnStarting(DecideByAnswer, this);
    }

    /// <summary>The handler stage: decides by the handler's result, before it is written.</summary>
    public static async ValueTask<object?> InvokeAsync(RateLimitMiddleware limit, EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var result = await next(invocation).ConfigureAwait(false);

        if (invocation.HttpContext.Items[limit] is FailureCount count && count.StatusOf(result) is { } status)
        {
            await count.DecideAsync(status).ConfigureAwait(false);
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

    private ValueTask DecideAsync(int status)
    {
        var isDecided = _isDecided;
        _isDecided = true;
        return isDecided || status >= StatusCodes.Status400BadRequest ? default : limit.GiveBackAsync(context, permit, shared);
    }
}
