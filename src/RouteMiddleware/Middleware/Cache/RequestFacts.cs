using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What of a request's headers matters to a cache, found in one pass over them.</summary>
internal struct RequestFacts
{
    // Applications, frameworks and proxies take address, host, scheme, method or client from these. Whoever sends one gets answers of his own:
    // what he wrote into them is never given to those who did not. 'X-Original-For' is not among them: forwarded_headers writes the peer's port there.
    private static readonly string[] Overrides =
    [
        "Forwarded", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Protocol", "X-Forwarded-Scheme", "X-Forwarded-Port",
        "X-Forwarded-Prefix", "X-Forwarded-Path", "X-Forwarded-Uri", "X-Forwarded-Url", "X-Forwarded-Server", "X-Forwarded-By", "X-Forwarded-Ssl",
        "X-Forwarded-Method", "X-Forwarded-User", "X-Forwarded-Client-Cert", "X-Forwarder-For", "X-Host", "X-Http-Host-Override", "X-Original-Host", "X-Original-Proto",
        "X-Original-URL", "X-Original-Uri", "X-Original-Method", "X-Rewrite-URL", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "X-Http-Path-Override",
        "X-Http-DestinationURL", "X-Request-Uri", "X-Url-Scheme", "X-Scheme", "X-Server-Name", "X-Backend-Host", "X-Proxy-Host", "Proxy-Host", "Base-Url", "Request-Uri",
        "Destination", "Front-End-Https", "X-Arr-Ssl", "X-Script-Name", "X-Wap-Profile", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "X-Remote-IP",
        "X-Remote-Addr", "X-Originating-IP", "X-ProxyUser-Ip", "X-Custom-IP-Authorization", "X-True-IP", "X-Envoy-External-Address", "X-Azure-ClientIP",
        "True-Client-IP", "Client-IP", "CF-Connecting-IP", "Fastly-Client-IP", "Fly-Client-IP", "Via-Host",
    ];

    private static readonly FrozenDictionary<string, Kind> Kinds = Overrides.Select(static name => KeyValuePair.Create(name, Kind.Override))
        .Concat(
        [
            new("Transfer-Encoding", Kind.Special), new("Upgrade", Kind.Special), new("Range", Kind.Special), new("If-Match", Kind.Special),
            new("If-Unmodified-Since", Kind.Special), new("Content-Length", Kind.ContentLength), new("Authorization", Kind.Authorization),
            new("Cache-Control", Kind.CacheControl), new("Pragma", Kind.Pragma), new("Origin", Kind.Origin), new("If-None-Match", Kind.Condition),
            new("If-Modified-Since", Kind.Condition),
        ])
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private enum Kind
    {
        Override,
        Special,
        ContentLength,
        Authorization,
        CacheControl,
        Pragma,
        Origin,
        Condition,
    }

    /// <summary>Bodies, upgrades, parts, and conditions that only the handler can check.</summary>
    public bool IsSpecial { get; private set; }

    public bool HasOverrides { get; private set; }

    public bool HasAuthorization { get; private set; }

    /// <summary>Whether the caller may have the answer already.</summary>
    public bool HasConditions { get; private set; }

    public StringValues CacheControl { get; private set; }

    public StringValues Pragma { get; private set; }

    public StringValues Origin { get; private set; }

    public static bool IsOverride(string name) => Kinds.TryGetValue(name, out var kind) && kind == Kind.Override;

    public static RequestFacts Read(IHeaderDictionary headers)
    {
        var facts = default(RequestFacts);

        if (headers.Count > 0)
        {
            foreach (var (name, value) in headers)
            {
                if (value.Count > 0 && Kinds.TryGetValue(name, out var kind))
                {
                    facts.Add(kind, value);
                }
            }
        }

        return facts;
    }

    private void Add(Kind kind, in StringValues value)
    {
        switch (kind)
        {
            case Kind.Override:
                HasOverrides = true;
                break;
            case Kind.Special:
                IsSpecial = true;
                break;
            case Kind.ContentLength:
                IsSpecial |= value != "0";
                break;
            case Kind.Authorization:
                HasAuthorization = true;
                break;
            case Kind.CacheControl:
                CacheControl = value;
                break;
            case Kind.Pragma:
                Pragma = value;
                break;
            case Kind.Origin:
                Origin = value;
                break;
            case Kind.Condition:
                HasConditions = true;
                break;
        }
    }
}
