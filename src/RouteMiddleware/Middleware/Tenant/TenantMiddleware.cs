using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Tenant;

/// <summary>Finds out which tenant a request belongs to, and refuses the request where that is nobody, unknown, or not the user's own.</summary>
[SkipsPreflight]
[RunsAfter("auth")]
[RunsAfter("optional_auth")]
[RunsAfter("session_auth")]
internal sealed partial class TenantMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    private static readonly ProducesResponseTypeMetadata[] Answers =
    [
        Answer(StatusCodes.Status400BadRequest),
        Answer(StatusCodes.Status403Forbidden),
        Answer(StatusCodes.Status404NotFound),
    ];

    private readonly ILogger<TenantMiddleware> _logger;
    private readonly TenantMetrics _metrics;
    private readonly TenantReader _reader;
    private readonly TenantNames _names;
    private readonly bool _isRequired;

    private readonly Refusal _missing = new(StatusCodes.Status400BadRequest, "tenant_missing", "Tenant missing", "The request names no tenant.") { Middleware = "tenant" };
    private readonly Refusal _ambiguous = new(StatusCodes.Status400BadRequest, "tenant_ambiguous", "Tenant ambiguous", "The request names a tenant more than once in one place.") { Middleware = "tenant" };
    private readonly Refusal _unknown = new(StatusCodes.Status404NotFound, "tenant_unknown", "Tenant unknown", "There is no such tenant.") { Middleware = "tenant" };
    private readonly Refusal _mismatch = new(StatusCodes.Status403Forbidden, "tenant_mismatch", "Tenant mismatch", "The request names a tenant that is not the caller's own.") { Middleware = "tenant" };

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public TenantMiddleware(TenantOptions options, ILogger<TenantMiddleware> logger, TenantMetrics metrics)
    {
        List<string> faults = [];
        _reader = new(options, faults);
        _names = TenantNames.Read(options, faults);

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TenantOptions), faults);
        }

        _logger = logger;
        _metrics = metrics;
        _isRequired = options.Required;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var fault = _reader.Read(context, out var tenant);

        if (fault is TenantFault.None && tenant is null)
        {
            return _isRequired ? RefuseAsync(context, TenantFault.Missing) : next(context);
        }

        if (fault is not TenantFault.None || _names.Find(tenant!) is not { } feature)
        {
            return RefuseAsync(context, fault is TenantFault.None ? TenantFault.Unknown : fault);
        }

        context.Features.Set<ITenantFeature>(feature);
        return Go(context, next, feature);
    }

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        foreach (var answer in Answers)
        {
            // Several of one chain answer alike.
            if (!endpointBuilder.Metadata.Contains(answer))
            {
                endpointBuilder.Metadata.Add(answer);
            }
        }
    }

    public void DescribeAnswers(EndpointAnswers answers)
    {
        if (_isRequired)
        {
            answers.Add(_missing);
        }

        answers.Add(_ambiguous);
        answers.Add(_unknown);
        answers.Add(_mismatch);
    }

    private static ProducesResponseTypeMetadata Answer(int status) => new(status, typeof(ProblemDetails), ["application/problem+json"]);

    // Asked as the host asks for its own scope: where even critical lines go nowhere, nobody reads scopes.
    private Task Go(HttpContext context, RequestDelegate next, TenantFeature feature)
        => _logger.IsEnabled(LogLevel.Critical) ? GoInScopeAsync(context, next, feature) : next(context);

    private async Task GoInScopeAsync(HttpContext context, RequestDelegate next, TenantFeature feature)
    {
        using (_logger.BeginScope(feature))
        {
            await next(context).ConfigureAwait(false);
        }
    }

    private Task RefuseAsync(HttpContext context, TenantFault fault)
    {
        var (refusal, reason) = fault switch
        {
            TenantFault.Missing => (_missing, "missing"),
            TenantFault.Ambiguous => (_ambiguous, "ambiguous"),
            TenantFault.Mismatch => (_mismatch, "mismatch"),
            _ => (_unknown, "unknown"),
        };

        _metrics.Count(context, reason);

        // What was named is the caller's text, and stays out of the log.
        Log.Refused(_logger, reason);
        return refusal.WriteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request was refused for its tenant ({Reason}).", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
