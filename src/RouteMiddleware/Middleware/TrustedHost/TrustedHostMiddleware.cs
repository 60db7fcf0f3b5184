using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.TrustedHost;

/// <summary>Refuses requests that name a host that is not the application's.</summary>
[RunsBefore("cache")]
[RunsBefore("output_cache")]
internal sealed partial class TrustedHostMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    private const string Www = "www.";

    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status400BadRequest, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly ILogger<TrustedHostMiddleware> _logger;
    private readonly TrustedHostMetrics _metrics;
    private readonly AllowedHosts _hosts;
    private readonly WwwRedirect _redirect;
    private readonly bool _allowsEmptyHost;
    private readonly Refusal _refusal;

    public TrustedHostMiddleware(TrustedHostOptions options, ILogger<TrustedHostMiddleware> logger, TrustedHostMetrics metrics)
    {
        _hosts = new(options);
        _logger = logger;
        _metrics = metrics;
        _redirect = options.WwwRedirect;
        _allowsEmptyHost = options.AllowEmptyHost;
        _refusal = new(StatusCodes.Status400BadRequest, "invalid_host", "Invalid host", "The host that the request names is not served here.") { Middleware = "trusted_host" };
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // As it came: Request.Host turns international names into Unicode.
        var header = context.Request.Headers.Host.ToString();
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";

        if (header.Length == 0)
        {
            // A host in the target alone would be one that nobody checked.
            return _allowsEmptyHost && !RequestTarget.NamesAHost(target) ? next(context) : RefuseAsync(context, header, "missing");
        }

        if (!HostText.TryParse(header, out var host))
        {
            return RefuseAsync(context, header, "malformed");
        }

        if (RequestTarget.NamesAHost(target) && !RequestTarget.IsOf(target, context.Request.Method, host))
        {
            return RefuseAsync(context, header, "mismatch");
        }

        var match = _hosts.Find(host);

        if (_redirect is not WwwRedirect.None && host.Kind == HostKind.Name && target is not ("" or "*") && !HttpMethods.IsConnect(context.Request.Method))
        {
            var twin = _redirect is WwwRedirect.ToBare ? BareTwin(host.Host) : WwwTwin(host.Host, match);

            if (twin is not null)
            {
                return RedirectAsync(context, twin, host.Port, target);
            }
        }

        return match is HostMatch.No ? RefuseAsync(context, header, "not_allowed") : next(context);
    }

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        if (!endpointBuilder.Metadata.Contains(Refused))
        {
            endpointBuilder.Metadata.Add(Refused);
        }
    }

    public void DescribeAnswers(EndpointAnswers answers) => answers.Add(_refusal);

    // Control characters, and what is no ASCII, would forge lines of the log.
    private static string Escape(string host)
    {
        const int longest = 64;
        var text = new StringBuilder(longest);

        foreach (var letter in host)
        {
            var part = letter is >= ' ' and <= '~' and not '\\' ? letter.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:X4}");

            if (text.Length + part.Length > longest)
            {
                break;
            }

            text.Append(part);
        }

        return text.ToString();
    }

    private static Task RedirectAsync(HttpContext context, string host, ReadOnlySpan<char> port, string target)
    {
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.ContentLength = 0;
        context.Response.Headers.Location = $"{context.Request.Scheme}://{host}{(port.IsEmpty ? "" : ":")}{port}{RequestTarget.PathAndQuery(target)}";
        return Task.CompletedTask;
    }

    private string? BareTwin(ReadOnlySpan<char> name)
        => name.StartsWith(Www, StringComparison.OrdinalIgnoreCase) && IsAllowed(name[Www.Length..]) is not HostMatch.No ? name[Www.Length..].ToString() : null;

    private string? WwwTwin(ReadOnlySpan<char> name, HostMatch match)
    {
        if (name.StartsWith(Www, StringComparison.OrdinalIgnoreCase) || !name.Contains('.'))
        {
            return null;
        }

        var twin = string.Concat(Www, name);

        // '*.example.com' allows 'www.api.example.com' too, but 'api.example.com' is a subdomain, not the site that 'www.' stands for.
        return IsAllowed(twin) switch
        {
            HostMatch.No => null,
            HostMatch.Subdomain when match is HostMatch.Subdomain => null,
            _ => twin,
        };
    }

    private HostMatch IsAllowed(ReadOnlySpan<char> name) => HostText.TryParse(name, out var host) ? _hosts.Find(host) : HostMatch.No;

    private Task RefuseAsync(HttpContext context, string host, string reason)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            Log.Refused(_logger, Escape(host), reason);
        }

        _metrics.Count(context, reason);
        return _refusal.WriteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request for the host '{Host}' was refused ({Reason}).", EventName = "Refused")]
        public static partial void Refused(ILogger logger, string host, string reason);
    }
}
