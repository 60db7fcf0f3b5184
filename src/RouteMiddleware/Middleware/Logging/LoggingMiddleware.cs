using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>Logs each request when it comes and when it is answered.</summary>
internal sealed partial class LoggingMiddleware : IMiddleware
{
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly string _loggerName;
    private readonly bool _logRequests;
    private readonly bool _logResponses;
    private readonly bool _logErrors;
    private readonly bool _logBody;
    private readonly int _bodyLimit;
    private readonly SearchValues<string> _bodyMethods;
    private readonly bool _anyBodyMethod;
    private readonly SensitiveNames _queryKeys;
    private readonly LoggedHeaders? _headers;
    private readonly BodyExcerpt _bodies;
    private readonly TimeSpan? _slowThreshold;

    public LoggingMiddleware(LoggingOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        options.ThrowIfInvalid();

        _clock = clock;
        _loggerName = options.LoggerName;
        _logger = loggers.CreateLogger(options.LoggerName);
        _logRequests = options.LogRequests;
        _logResponses = options.LogResponses;
        _logErrors = options.LogErrors;
        _logBody = options.LogBody;
        _bodyLimit = options.BodyLimit;
        _bodyMethods = SearchValues.Create([.. options.BodyMethods], StringComparison.OrdinalIgnoreCase);
        _anyBodyMethod = options.BodyMethods.Contains("*");
        _queryKeys = new SensitiveNames([.. options.SensitiveQueryKeys]);
        _headers = options.LogHeaders ? new LoggedHeaders(options.SensitiveHeaders, _queryKeys) : null;
        _bodies = new BodyExcerpt(new SensitiveNames([.. options.SensitiveFields]));
        _slowThreshold = options.SlowThreshold;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!_logger.IsEnabled(LogLevel.Warning))
        {
            return next(context);
        }

        var pass = LoggingPass.Find(context, _loggerName);
        var watch = _logBody && pass is not { WatchesBody: true } && HasTextBody(context);

        if (pass is not null && !watch)
        {
            return next(context);
        }

        var isFirst = pass is null;
        pass ??= new LoggingPass(_loggerName, context.Features.Get<LoggingPass>());

        if (isFirst)
        {
            context.Features.Set(pass);
        }

        pass.WatchesBody |= watch;
        return LogAsync(context, next, isFirst, watch);
    }

    private async Task LogAsync(HttpContext context, RequestDelegate next, bool isFirst, bool watch)
    {
        var startedAt = _clock.GetTimestamp();

        if (isFirst && _logRequests)
        {
            LogRequest(context.Request);
        }

        WatchedBody? watched = null;

        if (watch)
        {
            // Stays there to the end: a reader that somebody opened on it may hold bytes back.
            context.Request.Body = watched = new WatchedBody(context.Request.Body, _bodyLimit);
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (isFirst)
        {
            LogBody(context.Request, watched);
            LogFailure(context, exception, Seconds(startedAt));
            throw;
        }

        LogBody(context.Request, watched);

        if (isFirst)
        {
            LogResponse(context, StatusOf(context, exception: null), Seconds(startedAt));
        }
    }

    private bool HasTextBody(HttpContext context)
        => _logger.IsEnabled(LogLevel.Information)
            && (_anyBodyMethod || _bodyMethods.Contains(context.Request.Method))
            && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false }
            && context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
            && BodyExcerpt.IsText(context.Request);

    private void LogRequest(HttpRequest request)
    {
        if (!_logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var (method, path) = (LogText.OnOneLine(LogText.Cut(request.Method)), PathOf(request));
        var query = request.QueryString.Value is { Length: > 0 } text ? LogText.OnOneLine(LogText.Query(LogText.Cut(text), _queryKeys)) : "";

        if (_headers is null)
        {
            Log.Request(_logger, method, path, query);
        }
        else
        {
            Log.RequestWithHeaders(_logger, method, path, query, _headers.Write(request.Headers));
        }
    }

    private void LogBody(HttpRequest request, WatchedBody? watched)
    {
        if (watched is { Seen.Length: > 0 })
        {
            Log.Body(_logger, _bodies.Read(watched.Seen, watched.IsCut, request.ContentType));
        }
    }

    private void LogResponse(HttpContext context, int status, double seconds)
    {
        if (seconds >= _slowThreshold?.TotalSeconds)
        {
            Log.SlowResponse(_logger, status, seconds, _slowThreshold.Value.TotalSeconds, LogText.OnOneLine(LogText.Cut(context.Request.Method)), PathOf(context.Request));
        }
        else if (_logResponses && _logger.IsEnabled(LogLevel.Information))
        {
            if (_headers is null)
            {
                Log.Response(_logger, status, seconds);
            }
            else
            {
                Log.ResponseWithHeaders(_logger, status, seconds, _headers.Write(context.Response.Headers));
            }
        }
    }

    private void LogFailure(HttpContext context, Exception exception, double seconds)
    {
        var status = StatusOf(context, exception);

        // A caller who hung up is no failure.
        if (status == StatusCodes.Status499ClientClosedRequest)
        {
            LogResponse(context, status, seconds);
        }
        else if (_logErrors)
        {
            Log.Failed(_logger, LogText.OnOneLine(LogText.Cut(context.Request.Method)), PathOf(context.Request), exception.GetType().Name, status, seconds);
        }
    }

    private static int StatusOf(HttpContext context, Exception? exception)
    {
        var response = context.Response;

        if (exception is not null)
        {
            return exception switch
            {
                _ when CallerGone.Explains(context, exception) => StatusCodes.Status499ClientClosedRequest,
                _ when CallerGone.IsTimeout(context, exception) => StatusCodes.Status504GatewayTimeout,
                BadHttpRequestException bad => bad.StatusCode,
                _ => StatusCodes.Status500InternalServerError,
            };
        }

        if (context.Features.Get<BrokenAnswer>() is { } broken)
        {
            return broken.Status;
        }

        // An answer of known length that went out completely is none that was aborted: the server does not report that.
        var isAborted = context.RequestAborted.IsCancellationRequested && response.StatusCode != StatusCodes.Status101SwitchingProtocols
            && (!response.HasStarted || response.ContentLength is null);

        return isAborted ? StatusCodes.Status499ClientClosedRequest : response.StatusCode;
    }

    private static string PathOf(HttpRequest request)
    {
        var path = request.PathBase.HasValue ? request.PathBase.Value + request.Path.Value : request.Path.Value ?? "";
        return LogText.OnOneLine(SecretPatterns.Mask(LogText.Cut(path)));
    }

    private double Seconds(long startedAt) => _clock.GetElapsedTime(startedAt).TotalSeconds;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "→ {Method} {Path}{Query}", EventName = "Request")]
        public static partial void Request(ILogger logger, string method, string path, string query);

        [LoggerMessage(2, LogLevel.Information, "→ {Method} {Path}{Query} {Headers}", EventName = "RequestWithHeaders")]
        public static partial void RequestWithHeaders(ILogger logger, string method, string path, string query, string headers);

        [LoggerMessage(3, LogLevel.Information, "→ body {Body}", EventName = "Body")]
        public static partial void Body(ILogger logger, string body);

        [LoggerMessage(4, LogLevel.Information, "← {StatusCode} ({Seconds:0.000}s)", EventName = "Response")]
        public static partial void Response(ILogger logger, int statusCode, double seconds);

        [LoggerMessage(5, LogLevel.Information, "← {StatusCode} ({Seconds:0.000}s) {Headers}", EventName = "ResponseWithHeaders")]
        public static partial void ResponseWithHeaders(ILogger logger, int statusCode, double seconds, string headers);

        [LoggerMessage(6, LogLevel.Warning, "← {StatusCode} ({Seconds:0.000}s), slower than {Threshold:0.000}s: {Method} {Path}", EventName = "SlowResponse")]
        public static partial void SlowResponse(ILogger logger, int statusCode, double seconds, double threshold, string method, string path);

        [LoggerMessage(7, LogLevel.Warning, "✗ {Method} {Path} {ExceptionType}, {StatusCode} ({Seconds:0.000}s)", EventName = "Failed")]
        public static partial void Failed(ILogger logger, string method, string path, string exceptionType, int statusCode, double seconds);
    }
}
