using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Cors;

/// <summary>Lets pages of other origins call, and answers the preflights of their browsers.</summary>
[OncePerChain]
[RunsBefore("output_cache")]
[SkipsPreflight]
internal sealed partial class CorsMiddleware : IMiddleware, IAnswerPreflight, IEndpointContributor, IDescribeAnswers
{
    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status403Forbidden, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly CorsAnswer? _toAll;
    private readonly CorsAnswer _denied;
    private readonly OriginRules _origins;
    private readonly PreflightRules _preflights;
    private readonly CorsPolicy _policy;
    private readonly ICorsService? _ownService;
    private readonly Refusal? _refusal;
    private readonly CorsMetrics _metrics;
    private readonly ILogger<CorsMiddleware> _logger;

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public CorsMiddleware(CorsOptions options, ICorsService service, CorsMetrics metrics, ILogger<CorsMiddleware> logger)
    {
        // What the in-box service would ask the policy, this class asks it without the service's objects. A service of the application decides each request.
        _ownService = service.GetType() == typeof(CorsService) ? null : service;

        var plan = new CorsPlan(options, isVariable: _ownService is not null);
        _toAll = plan.ToAll;
        _denied = plan.Denied;
        _origins = plan.Origins;
        _preflights = plan.Preflights;
        _policy = plan.Policy;
        _metrics = metrics;
        _logger = logger;

        if (options.RequireCorsOrSameOrigin)
        {
            _refusal = new(
                StatusCodes.Status403Forbidden,
                "origin_not_allowed",
                "Origin not allowed",
                "The request comes from a page of an origin that may not call this service.")
            {
                Middleware = "cors",
            };
        }
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (PreflightRules.IsPreflight(context.Request))
        {
            return AnswerPreflightAsync(context);
        }

        var answer = _toAll ?? Decide(context);
        context.Response.OnStarting(answer.Send, context);

        return _refusal is not null && !answer.IsAllowed && ForeignPage.MaySend(context.Request) ? RefuseAsync(context, _refusal) : next(context);
    }

    /// <inheritdoc/>
    public Task AnswerPreflightAsync(HttpContext context)
    {
        var request = context.Request.Headers;
        var headers = context.Response.Headers;
        context.Response.StatusCode = StatusCodes.Status204NoContent;

        // The bounds come first: nobody is asked about a preflight that is too big to be one.
        var fault = _preflights.FindFault(request);
        var answer = fault is null ? _toAll ?? Decide(context) : _denied;
        fault ??= answer.IsAllowed ? null : "origin";
        answer.ApplyTo(headers);

        if (fault is null)
        {
            _preflights.ApplyTo(headers, request);
            _metrics.Count(context, "allowed", "none");
        }
        else
        {
            _metrics.Count(context, "denied", fault);

            if (_logger.IsEnabled(LogLevel.Debug))
            {
                Log.PreflightDenied(_logger, CorsMetrics.RouteOf(context), OriginText.ForLog(request.Origin), fault);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Contribute(EndpointBuilder endpointBuilder)
    {
        if (_refusal is not null)
        {
            endpointBuilder.Metadata.Add(Refused);
        }
    }

    /// <inheritdoc/>
    /// <remarks>The headers of CORS are between the service and browsers: programs that read documents have no use for them.</remarks>
    public void DescribeAnswers(EndpointAnswers answers)
    {
        if (_refusal is not null)
        {
            answers.Add(_refusal);
        }
    }

    private CorsAnswer Decide(HttpContext context)
    {
        if (context.Request.Headers.Origin is not [{ } origin])
        {
            return _denied;
        }

        if (_ownService is null)
        {
            return _origins.Find(origin) ?? _denied;
        }

        return _origins.MayAskAbout(origin) && _ownService.EvaluatePolicy(context, _policy).IsOriginAllowed ? _origins.AnswerTo(origin) : _denied;
    }

    private Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        _metrics.Count(context, "refused", "cross_origin");

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.Refused(_logger, CorsMetrics.RouteOf(context), OriginText.ForLog(context.Request.Headers.Origin), "cross_origin");
        }

        return refusal.WriteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A preflight of '{Route}' from '{Origin}' was denied ({Reason}).", EventName = "PreflightDenied")]
        public static partial void PreflightDenied(ILogger logger, string route, string origin, string reason);

        [LoggerMessage(2, LogLevel.Debug, "A request to '{Route}' from '{Origin}' was refused ({Reason}).", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string route, string origin, string reason);
    }
}
