namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Marks a request whose exception was counted: what an exception handler makes of it, perhaps by running the pipeline again, is not another error.</summary>
/// <param name="by">The one that counted it.</param>
/// <param name="outer">Those that did so before, further in.</param>
internal sealed class ErrorMark(ErrorMonitoringMiddleware by, ErrorMark? outer)
{
    public bool IsBy(ErrorMonitoringMiddleware middleware) => ReferenceEquals(by, middleware) || outer?.IsBy(middleware) == true;
}
