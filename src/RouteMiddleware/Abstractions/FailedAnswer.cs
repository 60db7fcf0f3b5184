using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>Makes room for another answer in the place of one that failed before it started.</summary>
internal static class FailedAnswer
{
    /// <summary>Says what failed, and takes back what the failed answer said of its content. What outer middleware set stays.</summary>
    public static void Replace(HttpContext context, Exception exception)
    {
        Tell(context, exception);

        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        RemoveContentHeaders(response.Headers);
        KeptBackBody.Empty(response);
    }

    /// <summary>Says what failed where no other answer can be given: it started before, or nobody is there to read it.</summary>
    public static void BreakOff(HttpContext context, Exception exception, int status)
    {
        Tell(context, exception);
        context.Features.Set(new BrokenAnswer(status));
    }

    /// <summary>As ASP.NET Core's own exception handler does: whoever saves at the end sees that the request failed, whatever the answer says.</summary>
    public static void Tell(HttpContext context, Exception exception)
    {
        var feature = new ExceptionHandlerFeature
        {
            Error = exception,
            Path = context.Request.Path.Value ?? "",
            Endpoint = context.GetEndpoint(),
            RouteValues = context.Request.RouteValues,
        };

        context.Features.Set<IExceptionHandlerFeature>(feature);
        context.Features.Set<IExceptionHandlerPathFeature>(feature);
    }

    private static void RemoveContentHeaders(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.Remove("Content-Type");
        headers.Remove("Content-Encoding");
        headers.Remove("Content-Range");
        headers.Remove("Content-Disposition");
        headers.Remove("Content-Language");
        headers.Remove("ETag");
        headers.Remove("Last-Modified");
        headers.Remove("Cache-Control");
        headers.Remove("Expires");
    }
}
