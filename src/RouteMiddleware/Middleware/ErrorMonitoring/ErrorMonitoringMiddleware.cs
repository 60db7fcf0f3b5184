using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RouteMiddleware.Middleware.ErrorMonitoring;

/// <summary>Counts answers with an error status and exceptions, and raises an alert where there are too many.</summary>
internal sealed class ErrorMonitoringMiddleware : IMiddleware
{
    private readonly StatusSet _statuses;
    private readonly WebhookTarget? _webhook;
    private readonly AlertDelivery _delivery;
    private readonly ErrorTable _table;

    public ErrorMonitoringMiddleware(ErrorMonitoringOptions options, AlertDelivery delivery, TimeProvider clock, IHostEnvironment environment)
    {
        (_statuses, _webhook) = options.Check();
        _delivery = delivery;
        _table = new(options.AlertThreshold, options.AlertWindow, options.Cooldown ?? options.AlertWindow, options.MaxEntries, environment.ApplicationName, clock);
    }

    /// <summary>How many pairs of status and route are counted apart at the moment.</summary>
    internal int Entries => _table.Count;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        Task rest;

        try
        {
            rest = next(context);
        }
        catch (Exception exception)
        {
            CountException(context, endpoint, exception);
            throw;
        }

        if (!rest.IsCompletedSuccessfully)
        {
            return WatchAsync(context, endpoint, rest);
        }

        CountAnswer(context, endpoint);
        return rest;
    }

    private async Task WatchAsync(HttpContext context, Endpoint? endpoint, Task rest)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            CountException(context, endpoint, exception);
            throw;
        }

        CountAnswer(context, endpoint);
    }

    private void CountAnswer(HttpContext context, Endpoint? endpoint)
    {
        var status = context.Response.StatusCode;

        if (_statuses.Contains(status) && context.Features.Get<ErrorMark>()?.IsBy(this) != true)
        {
            Count(status, RouteTemplate.Of(context, endpoint), exception: null);
        }
    }

    private void CountException(HttpContext context, Endpoint? endpoint, Exception exception)
    {
        // The caller went away: what breaks off then is no error of the application.
        var isCancelled = context.RequestAborted.IsCancellationRequested && exception is (OperationCanceledException or IOException);
        var mark = context.Features.Get<ErrorMark>();

        if (isCancelled || mark?.IsBy(this) == true)
        {
            return;
        }

        context.Features.Set(new ErrorMark(this, mark));

        // A request that is broken, says so: the server answers with that status.
        var status = exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;

        if (_statuses.Contains(status))
        {
            Count(status, RouteTemplate.Of(context, endpoint), exception);
        }
    }

    private void Count(int status, string route, Exception? exception)
    {
        if (_table.Add(status, route, exception?.GetType().FullName) is { } alert)
        {
            _delivery.Send(alert, _webhook);
        }
    }
}
