using Microsoft.AspNetCore.Diagnostics;
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
        var broken = context.Features.Get<BrokenAnswer>();
        var status = broken?.Status ?? context.Response.StatusCode;

        // The caller went away: what breaks off then is no error of the application.
        if (broken is { Status: StatusCodes.Status499ClientClosedRequest })
        {
            return;
        }

        if (_statuses.Contains(status) && context.Features.Get<ErrorMark>()?.IsBy(this) != true)
        {
            Count(status, RouteTemplate.Of(context, endpoint), context.Features.Get<IExceptionHandlerFeature>()?.Error);
        }
    }

    private void CountException(HttpContext context, Endpoint? endpoint, Exception exception)
    {
        var mark = context.Features.Get<ErrorMark>();

        // As above: no error.
        if (CallerGone.Explains(context, exception) || mark?.IsBy(this) == true)
        {
            return;
        }

        context.Features.Set(new ErrorMark(this, mark));

        // A request that is broken, says so: the server answers with that status.
        var status = exception switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            _ when CallerGone.IsTimeout(context, exception) => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status500InternalServerError,
        };

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
