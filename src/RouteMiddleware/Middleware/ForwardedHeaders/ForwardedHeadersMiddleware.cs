using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using InBoxOptions = Microsoft.AspNetCore.Builder.ForwardedHeadersOptions;
using InBoxReader = Microsoft.AspNetCore.HttpOverrides.ForwardedHeadersMiddleware;
using Kinds = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders;

namespace RouteMiddleware.Middleware.ForwardedHeaders;

/// <summary>Hands the headers of known proxies to ASP.NET Core's reader, once everything is out of them that it would read too kindly.</summary>
[OncePerChain]
[RunsBefore("hsts")]
[RunsBefore("https_redirection")]
[RunsBefore("ip_filter")]
[RunsBefore("rate_limit")]
internal sealed class ForwardedHeadersMiddleware : IMiddleware
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    // The in-box reader stops at what is no address, and passes over what is no scheme.
    private const string NoAddress = "unknown";
    private const string NoScheme = ":";

    private readonly KnownPeers _known;
    private readonly InBoxReader _reader;

    public ForwardedHeadersMiddleware(ForwardedHeadersOptions options, ILoggerFactory loggers)
    {
        _known = new KnownPeers(options);

        // Its own defaults out of it first: it trusts loopback.
        var settings = new InBoxOptions { ForwardedHeaders = Kinds.XForwardedFor | Kinds.XForwardedProto, ForwardLimit = options.ForwardLimit };
        settings.KnownProxies.Clear();
        settings.KnownIPNetworks.Clear();

        foreach (var proxy in _known.Proxies)
        {
            settings.KnownProxies.Add(proxy);
        }

        foreach (var network in _known.Networks)
        {
            settings.KnownIPNetworks.Add(network);
        }

        if (options.AllowedHosts.Count > 0)
        {
            settings.ForwardedHeaders |= Kinds.XForwardedHost;
            settings.AllowedHosts = [.. options.AllowedHosts];
        }

        _reader = new InBoxReader(static _ => Task.CompletedTask, loggers, Options.Create(settings));
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;

        // The in-box reader takes a connection without a peer address for a proxy.
        if ((headers.ContainsKey(For) || headers.ContainsKey(Proto) || headers.ContainsKey(Host))
            && context.Connection.RemoteIpAddress is { } peer
            && _known.Contain(peer))
        {
            Clean(headers, For, NoAddress, static entry => ForwardedAddress.IsPlainWithPort(entry));
            Clean(headers, Proto, NoScheme, static entry => entry.Equals("https", StringComparison.OrdinalIgnoreCase) || entry.Equals("http", StringComparison.OrdinalIgnoreCase));
            _reader.ApplyForwarders(context);
        }

        return next(context);
    }

    private static void Clean(IHeaderDictionary headers, string name, string substitute, Func<string, bool> isPlain)
    {
        if (!headers.TryGetValue(name, out var values))
        {
            return;
        }

        // Split at each comma, also within quotes: no plain entry has any, and what is left of them is no plain entry.
        var entries = values.ToString().Split(',', StringSplitOptions.TrimEntries);

        if (!Array.TrueForAll(entries, entry => isPlain(entry)))
        {
            headers[name] = new StringValues([.. entries.Select(entry => isPlain(entry) ? entry : substitute)]);
        }
    }
}
