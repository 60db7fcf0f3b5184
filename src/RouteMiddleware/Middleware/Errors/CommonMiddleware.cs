using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Answers exceptions that nobody caught: known ones as they are mapped, all others with a problem that tells nothing, or with a page for developers.</summary>
[OncePerChain]
internal sealed partial class CommonMiddleware : IMiddleware, IEndpointContributor
{
    private static readonly ProducesResponseTypeMetadata Failed = new(StatusCodes.Status500InternalServerError, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly ErrorMap _map;
    private readonly IExceptionHandler[] _handlers;
    private readonly ErrorMetrics _metrics;
    private readonly SecretTexts _secrets;
    private readonly ILogger<CommonMiddleware> _logger;
    private readonly DebugAnswer? _debug;
    private readonly Refusal _refusal = StatusProblem.Of(StatusCodes.Status500InternalServerError);
    private readonly ConcurrentDictionary<int, Refusal> _refusals = new();

    // The reporter of tasks that nobody waits for works from its construction on.
    public CommonMiddleware(
        CommonOptions options,
        ErrorMap map,
        IEnumerable<IExceptionHandler> handlers,
        ErrorMetrics metrics,
        SecretTexts secrets,
        ErrorReporter reporter,
        UnobservedErrors unobserved,
        ILogger<CommonMiddleware> logger,
        IHostEnvironment? environment = null)
    {
        ArgumentNullException.ThrowIfNull(unobserved);

        var isDevelopment = environment?.IsDevelopment() == true;

        if (options.Debug == true && !isDevelopment && !options.UnsafeDebugOutsideDevelopment)
        {
            throw new OptionsValidationException(
                Options.DefaultName,
                typeof(CommonOptions),
                [$"{nameof(options.Debug)} is true in the environment '{environment?.EnvironmentName}', where callers must not see source code; leave it out, or set {nameof(options.UnsafeDebugOutsideDevelopment)} to true."]);
        }

        _map = map;
        _handlers = [.. handlers];
        _metrics = metrics;
        _secrets = secrets;
        _logger = logger;
        _debug = options.Debug ?? isDevelopment ? new DebugAnswer(reporter, options.IncludeSettings, options.DebugLoopbackOnly) : null;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Task rest;

        try
        {
            rest = next(context);
        }
        catch (Exception exception) when (!CallerFaults.IsTimeout(context, exception))
        {
            return AnswerAsync(context, exception);
        }

        return rest.IsCompletedSuccessfully ? rest : AwaitAsync(context, rest);
    }

    public void Contribute(EndpointBuilder endpointBuilder) => endpointBuilder.Metadata.Add(Failed);

    private async Task AwaitAsync(HttpContext context, Task rest)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        catch (Exception exception) when (!CallerFaults.IsTimeout(context, exception))
        {
            await AnswerAsync(context, exception).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        if (CallerFaults.IsGone(context, exception))
        {
            if (_logger.IsEnabled(LogLevel.Debug))
            {
                Log.ClientGone(_logger, Masked(context, exception), context.Request.Method, context.Request.Path);
            }

            FailedAnswer.Tell(context, exception);

            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return;
        }

        if (IsTooLate(context.Response))
        {
            LogError(context, exception, context.Response.StatusCode);
            FailedAnswer.Tell(context, exception);
            context.Abort();
            return;
        }

        var isLogged = false;

        try
        {
            if (!await TryAnswerKnownAsync(context, exception).ConfigureAwait(false))
            {
                LogError(context, exception, StatusCodes.Status500InternalServerError);
                isLogged = true;
                FailedAnswer.Replace(context, exception);
                await (DebugFor(context) is { } debug ? debug.WriteAsync(context, exception, _refusal) : _refusal.WriteAsync(context)).ConfigureAwait(false);
            }
        }
        catch (Exception another)
        {
            if (!isLogged)
            {
                LogError(context, exception, StatusCodes.Status500InternalServerError);
            }

            Log.AnswerFailed(_logger, Masked(context, another), context.Request.Method, context.Request.Path);
            await WriteLastResortAsync(context, exception).ConfigureAwait(false);
        }
    }

    // The order is that of nearness: mappings of the endpoint, its groups, the application; then the application's services; then what any application knows.
    private async Task<bool> TryAnswerKnownAsync(HttpContext context, Exception exception)
    {
        var (method, path) = (context.Request.Method, context.Request.Path);

        if (_map.Find(context.GetEndpoint(), exception) is { } mapping)
        {
            FailedAnswer.Replace(context, exception);
            await mapping.Answer(context, exception).ExecuteAsync(context).ConfigureAwait(false);
            LogMapped(context, exception, mapping);
            return true;
        }

        foreach (var handler in _handlers)
        {
            FailedAnswer.Replace(context, exception);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;

            if (await handler.TryHandleAsync(context, exception, context.RequestAborted).ConfigureAwait(false))
            {
                if (_logger.IsEnabled(LogLevel.Debug))
                {
                    Log.Handled(_logger, Masked(context, exception), handler.GetType(), context.Response.StatusCode, method, path);
                }

                _metrics.Count(context, exception, context.Response.StatusCode);
                return true;
            }
        }

        if (CallerFaults.StatusOf(context, exception) is not { } status)
        {
            return false;
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.BadRequest(_logger, Masked(context, exception), status, method, path);
        }

        FailedAnswer.Replace(context, exception);
        var refusal = _refusals.GetOrAdd(status, StatusProblem.Of);
        await (DebugFor(context) is { } debug ? debug.WriteProblemAsync(context, exception, refusal) : refusal.WriteAsync(context)).ConfigureAwait(false);
        return true;
    }

    private DebugAnswer? DebugFor(HttpContext context) => _debug?.IsFor(context) == true ? _debug : null;

    private Exception Masked(HttpContext context, Exception exception) => MaskedException.Of(exception, _secrets.MaskFor(context));

    // Known errors are answers like others; those that are the server's fault are told to whoever runs it.
    private void LogMapped(HttpContext context, Exception exception, ErrorMapping mapping)
    {
        var status = context.Response.StatusCode;

        if (status >= StatusCodes.Status500InternalServerError)
        {
            LogError(context, exception, status);
            return;
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.Mapped(_logger, Masked(context, exception), mapping, status, context.Request.Method, context.Request.Path);
        }

        _metrics.Count(context, exception, status);
    }

    private void LogError(HttpContext context, Exception exception, int status)
    {
        Log.Unhandled(_logger, Masked(context, exception), context.Request.Method, context.Request.Path);
        _metrics.Count(context, exception, status);
        context.Features.Get<IHttpMetricsTagsFeature>()?.Tags.Add(new("error.type", exception.GetType().FullName));
    }

    // The last thing that can be done asks nobody for anything.
    private static Task WriteLastResortAsync(HttpContext context, Exception exception)
    {
        if (IsTooLate(context.Response))
        {
            context.Abort();
            return Task.CompletedTask;
        }

        FailedAnswer.Replace(context, exception);
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync("{\"title\":\"Internal server error\",\"status\":500,\"code\":\"internal_error\"}");
    }

    // What stands in the server's buffer can't be taken back, and would stand in front of the answer.
    private static bool IsTooLate(HttpResponse response)
        => response.HasStarted || (response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 });

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} '{Path}' failed: nobody caught the exception.", EventName = "Unhandled")]
        public static partial void Unhandled(ILogger logger, Exception exception, string method, PathString path);

        [LoggerMessage(2, LogLevel.Error, "The answer to the error of {Method} '{Path}' failed itself; a plain one went out.", EventName = "AnswerFailed")]
        public static partial void AnswerFailed(ILogger logger, Exception exception, string method, PathString path);

        [LoggerMessage(3, LogLevel.Debug, "The caller of {Method} '{Path}' went away.", EventName = "ClientGone")]
        public static partial void ClientGone(ILogger logger, Exception exception, string method, PathString path);

        [LoggerMessage(4, LogLevel.Debug, "{Method} '{Path}' can't be read: {Status}.", EventName = "BadRequest")]
        public static partial void BadRequest(ILogger logger, Exception exception, int status, string method, PathString path);

        [LoggerMessage(5, LogLevel.Debug, "{Mapping} answered {Method} '{Path}' with {Status}.", EventName = "Mapped")]
        public static partial void Mapped(ILogger logger, Exception exception, ErrorMapping mapping, int status, string method, PathString path);

        [LoggerMessage(6, LogLevel.Debug, "'{Handler}' answered {Method} '{Path}' with {Status}.", EventName = "Handled")]
        public static partial void Handled(ILogger logger, Exception exception, Type handler, int status, string method, PathString path);
    }
}
