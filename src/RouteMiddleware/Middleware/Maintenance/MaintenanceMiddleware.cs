using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Middleware.Maintenance;

/// <summary>Answers 503 with <c>Retry-After</c> while the settings or the switch say so.</summary>
[SkipsPreflight]
internal sealed partial class MaintenanceMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status503ServiceUnavailable, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly TimeProvider _clock;
    private readonly ILogger<MaintenanceMiddleware> _logger;
    private readonly MaintenanceMetrics _metrics;
    private readonly MaintenanceSwitch _switch;
    private readonly int _settings;
    private readonly bool _isEnabled;
    private readonly DateTimeOffset? _until;
    private readonly TimeSpan _retryAfter;
    private readonly AddressSet _allowedIps;
    private readonly PathString[] _allowedPaths;
    private readonly MaintenanceBypass? _bypass;
    private readonly Refusal _refusal;

    // Runs once per attachment, at start. Values are copied so that a later change to the options object has no effect.
    public MaintenanceMiddleware(
        MaintenanceOptions options,
        MaintenanceSwitch toggle,
        IMaintenanceSwitch registered,
        TimeProvider clock,
        ILogger<MaintenanceMiddleware> logger,
        MaintenanceMetrics metrics)
    {
        // Asked for and not used: one that is shared with other instances follows them from when somebody asks for it.
        _ = registered;

        (_allowedIps, _allowedPaths, _bypass) = Check(options);
        _clock = clock;
        _logger = logger;
        _metrics = metrics;
        _switch = toggle;
        _settings = toggle.CountOfSettings();
        _isEnabled = options.Enabled;
        _until = options.Until;
        _retryAfter = options.RetryAfter;
        _refusal = RefusalOf(options.Message);

        if (_isEnabled && _until <= clock.GetUtcNow())
        {
            Log.Over(logger, _until.Value);
        }
    }

    public static Refusal RefusalOf(string message) => new(StatusCodes.Status503ServiceUnavailable, "maintenance_mode", "Service unavailable", message) { Middleware = "maintenance" };

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var word = _switch.WordFor(_settings);
        return word?.IsOn ?? _isEnabled ? InvokeClosed(context, next, word) : next(context);
    }

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        // Several of one chain answer alike.
        if (!endpointBuilder.Metadata.Contains(Refused))
        {
            endpointBuilder.Metadata.Add(Refused);
        }
    }

    public void DescribeAnswers(EndpointAnswers answers) => answers.Add(_refusal, AnswerHeader.RetryAfter);

    private static (AddressSet Ips, PathString[] Paths, MaintenanceBypass? Bypass) Check(MaintenanceOptions options)
    {
        List<string> faults = [];
        var ips = AddressSet.Parse(nameof(options.AllowedIps), options.AllowedIps, faults);
        List<PathString> paths = [];

        if (string.IsNullOrWhiteSpace(options.Message))
        {
            faults.Add($"{nameof(options.Message)} must be a text, but is empty.");
        }

        foreach (var path in options.AllowedPaths ?? [])
        {
            var trimmed = path?.TrimEnd('/');

            // A pattern or an encoded path would never match, and the root would open everything.
            if (string.IsNullOrEmpty(trimmed) || trimmed[0] != '/' || trimmed.AsSpan().ContainsAny("*?#%\\"))
            {
                faults.Add($"{nameof(options.AllowedPaths)} ('{path}') must be a path such as /health, without patterns or encoding, and not '/' alone.");
            }
            else
            {
                paths.Add(new(trimmed));
            }
        }

        if (options.RetryAfter < TimeSpan.FromSeconds(1))
        {
            faults.Add($"{nameof(options.RetryAfter)} must be one second or more, but is {options.RetryAfter}.");
        }

        var bypass = MaintenanceBypass.Read(options, faults);

        return faults.Count == 0 ? (ips, [.. paths], bypass) : throw new OptionsValidationException(Options.DefaultName, typeof(MaintenanceOptions), faults);
    }

    private Task InvokeClosed(HttpContext context, RequestDelegate next, MaintenanceWord? word)
    {
        var wait = (word is null ? _until : word.Until) - _clock.GetUtcNow();

        return wait <= TimeSpan.Zero || IsAllowed(context)
            ? next(context)
            : RefuseAsync(context, word, wait ?? _retryAfter);
    }

    private bool IsAllowed(HttpContext context)
    {
        var asked = PathOf(context);

        foreach (var path in _allowedPaths)
        {
            if (asked.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return (!_allowedIps.IsEmpty && _allowedIps.Contains(context.Connection.RemoteIpAddress)) || _bypass?.Allows(context) == true;
    }

    // Exception handlers and status pages send the request through the pipeline again, under their own path: whoever was let pass gets the page too.
    private static PathString PathOf(HttpContext context)
        => context.Features.Get<IStatusCodeReExecuteFeature>()?.OriginalPath is { } first ? new(first)
            : context.Features.Get<IExceptionHandlerPathFeature>()?.Path is { } failed ? new(failed)
            : context.Request.Path;

    private Task RefuseAsync(HttpContext context, MaintenanceWord? word, TimeSpan wait)
    {
        var reason = word is null ? "settings" : "switch";
        _metrics.Count(context, reason);
        Log.Refused(_logger, reason, wait);
        return (word?.Refusal ?? _refusal).WriteAsync(context, wait);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request was turned away for maintenance ({Reason}); open again in {Wait}.", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string reason, TimeSpan wait);

        [LoggerMessage(2, LogLevel.Warning, "Maintenance is enabled until {Until}, which is past: everything is open.", EventName = "Over")]
        public static partial void Over(ILogger logger, DateTimeOffset until);
    }
}
