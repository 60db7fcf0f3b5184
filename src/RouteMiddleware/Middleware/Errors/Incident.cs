using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>One exception of one request.</summary>
internal sealed class Incident(HttpContext context, Exception exception)
{
    public HttpContext Context => context;

    public Exception Exception => exception;

    /// <summary>Whether it was written down as an error.</summary>
    public bool IsLogged { get; set; }
}
