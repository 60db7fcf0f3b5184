using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;

namespace RouteMiddleware;

/// <summary>Tells exceptions that came of a caller who went away from errors. All who count or write down errors must agree on it.</summary>
internal static class CallerGone
{
    /// <summary>Whether the exception is the end of a request timeout in front, which answers it.</summary>
    public static bool IsTimeout(HttpContext context, Exception exception)
        => exception is OperationCanceledException
            && context.RequestAborted.IsCancellationRequested
            && context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true };

    /// <summary>Whether the caller went away, and the exception is what came of it.</summary>
    public static bool Explains(HttpContext context, Exception exception)
        => exception is ConnectionResetException or ConnectionAbortedException
            || (context.RequestAborted.IsCancellationRequested
                && (exception is OperationCanceledException or IOException || exception.GetBaseException() is OperationCanceledException)
                && !IsTimeout(context, exception));
}
