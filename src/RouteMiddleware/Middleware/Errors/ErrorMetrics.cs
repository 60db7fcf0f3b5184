using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Counts errors by the exception's class, route and status, none of which the caller chooses.</summary>
internal sealed class ErrorMetrics(IMeterFactory? meters = null)
{
    private const string None = "(none)";

    private readonly Counter<long>? _errors = meters?.Create("RouteMiddleware").CreateCounter<long>(
        "routemiddleware.errors",
        "{error}",
        "Exceptions that nobody caught, and those that were mapped.");

    public void Count(HttpContext context, Exception exception, int status)
    {
        if (_errors is { Enabled: true })
        {
            _errors.Add(1, new("exception", exception.GetType().FullName), new("route", (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? None), new("status", status));
        }
    }

    public void CountUnobserved(Exception exception)
        => _errors?.Add(1, new("exception", exception.GetType().FullName), new("route", "(unobserved task)"), new("status", 0));
}
