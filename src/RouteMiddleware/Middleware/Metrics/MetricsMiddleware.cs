using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Measures requests by method, route template and status, while somebody listens.</summary>
internal sealed class MetricsMiddleware : IMiddleware, IObserveChains
{
    private readonly RequestMetrics _metrics;
    private readonly TimeProvider _clock;

    public MetricsMiddleware(MetricsOptions options, RequestMetrics metrics, TimeProvider clock)
    {
        options.ThrowIfInvalid();

        _metrics = metrics;
        _clock = clock;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => _metrics.IsEnabled && context.Features.Get<MeasuredMark>() is null && context.GetEndpoint()?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is null
            ? Measure(context, next)
            : next(context);

    private Task Measure(HttpContext context, RequestDelegate next)
    {
        context.Features.Set(MeasuredMark.Instance);

        var method = RequestMetrics.MethodOf(context.Request.Method);
        var request = new MeasuredRequest(context, context.GetEndpoint(), method, _clock.GetTimestamp(), _metrics.Begin(method));
        Task rest;

        try
        {
            rest = next(context);
        }
        catch (Exception exception)
        {
            Fail(request, exception);
            throw;
        }

        if (!rest.IsCompletedSuccessfully)
        {
            return MeasureAsync(request, rest);
        }

        End(request);
        return rest;
    }

    private async Task MeasureAsync(MeasuredRequest request, Task rest)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Fail(request, exception);
            throw;
        }

        End(request);
    }

    private void End(in MeasuredRequest request)
    {
        Leave(request);
        Record(request, BrokenAnswer.StatusOf(request.Context), _clock.GetElapsedTime(request.StartedAt));
    }

    private void Fail(MeasuredRequest request, Exception exception)
    {
        Leave(request);
        var elapsed = _clock.GetElapsedTime(request.StartedAt);
        var response = request.Context.Response;

        if (CallerGone.Explains(request.Context, exception))
        {
            Record(request, StatusCodes.Status499ClientClosedRequest, elapsed);
        }
        else if (response.HasStarted)
        {
            // What the caller saw of it is broken off.
            Record(request, StatusCodes.Status500InternalServerError, elapsed);
        }
        else
        {
            // What the exception becomes, an exception handler outside decides; without one, the server.
            response.OnCompleted(() =>
            {
                Record(request, response.StatusCode, elapsed);
                return Task.CompletedTask;
            });
        }
    }

    private void Leave(in MeasuredRequest request)
    {
        if (request.IsActive)
        {
            _metrics.End(request.Method);
        }
    }

    private void Record(in MeasuredRequest request, int status, TimeSpan elapsed)
        => _metrics.Record(request.Method, RouteTemplate.Of(request.Context, request.Endpoint), status, elapsed);
}
