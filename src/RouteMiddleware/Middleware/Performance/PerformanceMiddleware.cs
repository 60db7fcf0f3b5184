using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Performance;

/// <summary>Tells how long the answer took and by how much the heap grew, and logs requests that are slow.</summary>
internal sealed partial class PerformanceMiddleware : IMiddleware, IDescribeAnswers
{
    private const string TimeHeader = "X-Processing-Time";
    private const string MemoryHeader = "X-Memory-Delta";
    private const int LongestMethod = 16;

    private static readonly Func<object, Task> SendHeaders = static state =>
    {
        var pass = (PerformancePass)state;
        pass.Middleware.Send(pass);
        return Task.CompletedTask;
    };

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly TimeSpan _threshold;
    private readonly bool _trackMemory;

    public PerformanceMiddleware(PerformanceOptions options, TimeProvider clock, ILogger<PerformanceMiddleware> logger)
    {
        options.ThrowIfInvalid();

        _clock = clock;
        _logger = logger;
        _threshold = options.SlowRequestThreshold;
        _trackMemory = options.TrackMemory;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var pass = new PerformancePass(this, context, _clock.GetTimestamp(), _trackMemory ? GC.GetTotalMemory(forceFullCollection: false) : 0);

        // Set, not added: where two stand in a chain, the outermost does so last, with the longest time.
        context.Response.OnStarting(SendHeaders, pass);

        // The outermost one alone logs, and once: an exception handler runs the pipeline again.
        if (context.Features.Get<PerformancePass>() is not null)
        {
            return next(context);
        }

        context.Features.Set(pass);
        return WatchAsync(pass, next);
    }

    public void DescribeAnswers(EndpointAnswers answers)
    {
        answers.AddHeader(new(TimeHeader, "How long the answer took."));

        if (_trackMemory)
        {
            answers.AddHeader(new(MemoryHeader, "By how many bytes the process's heap grew meanwhile.") { IsNumber = true });
        }
    }

    private async Task WatchAsync(PerformancePass pass, RequestDelegate next)
    {
        try
        {
            await next(pass.Context).ConfigureAwait(false);
        }
        finally
        {
            var elapsed = _clock.GetElapsedTime(pass.StartedAt);

            if (elapsed >= _threshold && _logger.IsEnabled(LogLevel.Warning))
            {
                var method = pass.Context.Request.Method;
                Log.Slow(_logger, IsSafe(method) ? method : "_OTHER", RouteTemplate.Of(pass.Context, pass.Endpoint), elapsed.TotalMilliseconds, _threshold.TotalMilliseconds);
            }
        }
    }

    private void Send(PerformancePass pass)
    {
        var headers = pass.Context.Response.Headers;
        headers[TimeHeader] = string.Create(CultureInfo.InvariantCulture, $"{_clock.GetElapsedTime(pass.StartedAt).TotalSeconds:0.0000}s");

        if (_trackMemory)
        {
            headers[MemoryHeader] = (GC.GetTotalMemory(forceFullCollection: false) - pass.Memory).ToString(CultureInfo.InvariantCulture);
        }
    }

    // Callers choose the method; the template is the application's.
    private static bool IsSafe(string method) => method.Length is > 0 and <= LongestMethod && method.All(static letter => char.IsAsciiLetter(letter) || letter is '-' or '_');

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Slow request: {Method} {Route} took {ElapsedMilliseconds:0.0} ms; the threshold is {ThresholdMilliseconds} ms.", EventName = nameof(Slow))]
        public static partial void Slow(ILogger logger, string method, string route, double elapsedMilliseconds, double thresholdMilliseconds);
    }
}
