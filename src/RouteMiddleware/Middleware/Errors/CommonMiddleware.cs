using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Errors;

/// <summary>Answers exceptions that nobody caught: known ones as they are mapped, all others with a problem that tells nothing, or with a page for developers.</summary>
[OncePerChain]
internal sealed class CommonMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    private static readonly ProducesResponseTypeMetadata Failed = new(StatusCodes.Status500InternalServerError, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly ErrorMap _map;
    private readonly IExceptionHandler[] _handlers;
    private readonly ErrorLog _log;
    private readonly DebugAnswer? _debug;
    private readonly Refusal _refusal = StatusProblem.Of(StatusCodes.Status500InternalServerError);
    private readonly ConcurrentDictionary<int, Refusal> _refusals = new();

    // The reporter of tasks that nobody waits for works from its construction on.
    public CommonMiddleware(
        CommonOptions options,
        ErrorMap map,
        IEnumerable<IExceptionHandler> handlers,
        ErrorLog log,
        ErrorReporter reporter,
        UnobservedErrors unobserved,
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
        _log = log;
        _debug = options.Debug ?? isDevelopment ? new DebugAnswer(reporter, options.IncludeSettings, options.DebugLoopbackOnly) : null;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Task rest;

        try
        {
            rest = next(context);
        }
        catch (Exception exception) when (!CallerGone.IsTimeout(context, exception))
        {
            return AnswerAsync(new(context, exception));
        }

        return rest.IsCompletedSuccessfully ? rest : AwaitAsync(context, rest);
    }

    public void Contribute(EndpointBuilder endpointBuilder) => endpointBuilder.Metadata.Add(Failed);

    public void DescribeAnswers(EndpointAnswers answers) => answers.Add(_refusal);

    private async Task AwaitAsync(HttpContext context, Task rest)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        catch (Exception exception) when (!CallerGone.IsTimeout(context, exception))
        {
            await AnswerAsync(new(context, exception)).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(Incident incident)
    {
        var (context, exception) = (incident.Context, incident.Exception);

        if (CallerGone.Explains(context, exception))
        {
            _log.ClientGone(incident);
            FailedAnswer.BreakOff(context, exception, StatusCodes.Status499ClientClosedRequest);

            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return;
        }

        if (IsTooLate(context.Response))
        {
            _log.Failed(incident, StatusCodes.Status500InternalServerError);
            FailedAnswer.BreakOff(context, exception, StatusCodes.Status500InternalServerError);
            context.Abort();
            return;
        }

        try
        {
            if (!await TryAnswerKnownAsync(incident).ConfigureAwait(false))
            {
                _log.Failed(incident, StatusCodes.Status500InternalServerError);
                FailedAnswer.Replace(context, exception);
                await (DebugFor(context) is { } debug ? debug.WriteAsync(context, exception, _refusal) : _refusal.WriteAsync(context)).ConfigureAwait(false);
            }
        }
        catch (Exception another)
        {
            _log.Failed(incident, StatusCodes.Status500InternalServerError);
            _log.AnswerFailed(incident, another);
            await WriteLastResortAsync(context, exception).ConfigureAwait(false);
        }
    }

    // The order is that of nearness: mappings of the endpoint, its groups, the application; then the application's services; then what any application knows.
    private async Task<bool> TryAnswerKnownAsync(Incident incident)
    {
        var (context, exception) = (incident.Context, incident.Exception);

        if (_map.Find(context.GetEndpoint(), exception) is { } mapping)
        {
            await AnswerMappedAsync(incident, mapping).ConfigureAwait(false);
            return true;
        }

        foreach (var handler in _handlers)
        {
            FailedAnswer.Replace(context, exception);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;

            if (await handler.TryHandleAsync(context, exception, context.RequestAborted).ConfigureAwait(false))
            {
                _log.Handled(incident, handler.GetType());
                return true;
            }
        }

        if (CallerFaults.StatusOf(context, exception) is not { } status)
        {
            return false;
        }

        _log.BadRequest(incident, status);
        FailedAnswer.Replace(context, exception);
        var refusal = _refusals.GetOrAdd(status, StatusProblem.Of);
        await (DebugFor(context) is { } debug ? debug.WriteProblemAsync(context, exception, refusal) : refusal.WriteAsync(context)).ConfigureAwait(false);
        return true;
    }

    private async Task AnswerMappedAsync(Incident incident, ErrorMapping mapping)
    {
        var (context, exception) = (incident.Context, incident.Exception);
        FailedAnswer.Replace(context, exception);
        var answer = mapping.Answer(context, exception);

        // Written down before the answer goes out, where its status is known: whoever has it finds the line in the log.
        var known = mapping.Status ?? (answer as IStatusCodeHttpResult)?.StatusCode;

        if (known is { } status)
        {
            _log.Mapped(incident, mapping, status);
        }

        await answer.ExecuteAsync(context).ConfigureAwait(false);

        if (known is null)
        {
            _log.Mapped(incident, mapping, context.Response.StatusCode);
        }
    }

    private DebugAnswer? DebugFor(HttpContext context) => _debug?.IsFor(context) == true ? _debug : null;

    // The last thing that can be done asks nobody for anything.
    private static Task WriteLastResortAsync(HttpContext context, Exception exception)
    {
        if (IsTooLate(context.Response))
        {
            FailedAnswer.BreakOff(context, exception, StatusCodes.Status500InternalServerError);
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
}
