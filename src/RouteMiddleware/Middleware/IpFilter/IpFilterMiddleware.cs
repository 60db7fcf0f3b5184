using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.IpFilter;

/// <summary>Turns away callers by address and by user agent, with one answer for all reasons.</summary>
internal sealed partial class IpFilterMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status403Forbidden, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly ILogger<IpFilterMiddleware> _logger;
    private readonly IpFilterMetrics _metrics;
    private readonly AddressSet _allowed;
    private readonly AddressSet _blocked;
    private readonly SearchValues<string>? _blockedAgents;
    private readonly bool _allowsEmptyAgent;
    private readonly bool _readsAgent;

    // The detail is no sentence on purpose: who is turned away learns nothing of the rule.
    private readonly Refusal _refusal = new(StatusCodes.Status403Forbidden, "access_denied", "Forbidden", "Access denied") { Middleware = "ip_filter" };

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public IpFilterMiddleware(IpFilterOptions options, ILogger<IpFilterMiddleware> logger, IpFilterMetrics metrics)
    {
        List<string> faults = [];
        _allowed = AddressSet.Parse(nameof(options.AllowedIps), options.AllowedIps, faults);
        _blocked = AddressSet.Parse(nameof(options.BlockedIps), options.BlockedIps, faults);
        string[] agents = [.. options.BlockedUserAgents ?? []];

        // An empty text is part of every other.
        faults.AddRange(agents.Where(string.IsNullOrWhiteSpace).Select(static agent => $"{nameof(options.BlockedUserAgents)} ('{agent}') must be a text of at least one letter: it would block everybody."));

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(IpFilterOptions), faults);
        }

        _logger = logger;
        _metrics = metrics;
        _blockedAgents = agents.Length == 0 ? null : SearchValues.Create(agents, StringComparison.OrdinalIgnoreCase);
        _allowsEmptyAgent = options.AllowEmptyUserAgent;
        _readsAgent = _blockedAgents is not null || !_allowsEmptyAgent;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
        => FindReason(context) is { } reason ? RefuseAsync(context, reason) : next(context);

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        // Several filters of one chain answer alike.
        if (!endpointBuilder.Metadata.Contains(Refused))
        {
            endpointBuilder.Metadata.Add(Refused);
        }
    }

    public void DescribeAnswers(EndpointAnswers answers) => answers.Add(_refusal);

    private string? FindReason(HttpContext context)
    {
        if (!_blocked.IsEmpty && _blocked.Contains(context.Connection.RemoteIpAddress))
        {
            return "blocked";
        }

        if (!_allowed.IsEmpty && !_allowed.Contains(context.Connection.RemoteIpAddress))
        {
            return "not_allowed";
        }

        return _readsAgent ? FindAgentReason(context.Request.Headers.UserAgent) : null;
    }

    private string? FindAgentReason(StringValues agents)
    {
        var isEmpty = true;

        // A second header must not hide the first.
        foreach (var agent in agents)
        {
            if (_blockedAgents is not null && agent.AsSpan().ContainsAny(_blockedAgents))
            {
                return "user_agent";
            }

            isEmpty &= string.IsNullOrWhiteSpace(agent);
        }

        return isEmpty && !_allowsEmptyAgent ? "no_user_agent" : null;
    }

    private Task RefuseAsync(HttpContext context, string reason)
    {
        _metrics.Count(context, reason);
        Log.Refused(_logger, context.Connection.RemoteIpAddress, reason);
        return _refusal.WriteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request from {Address} was turned away ({Reason}).", EventName = "Refused")]
        public static partial void Refused(ILogger logger, System.Net.IPAddress? address, string reason);
    }
}
