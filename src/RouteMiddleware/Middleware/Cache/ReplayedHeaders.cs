using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Which headers of an answer are given again: those that belong to the answer, none that belong to the request or the connection.</summary>
internal sealed class ReplayedHeaders
{
    private static readonly string[] PerRequest =
    [
        // The connection's, and what the server or this cache writes anew.
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade", "Content-Length", "Date", "Server", "Age", "X-Cache", "Set-Cookie", "Alt-Svc",

        // The request's id and trace, its time, its limits.
        "X-Request-ID", "X-Correlation-ID", "Request-Id", "X-Trace-Id", "traceparent", "tracestate", "traceresponse", "Server-Timing", "X-Response-Time", "X-Process-Time",
        "X-Processing-Time", "X-Memory-Delta", "X-Runtime", "RateLimit", "Retry-After",
    ];

    private static readonly string[] PerRequestPrefixes = ["RateLimit-", "X-RateLimit-", "X-Rate-Limit-"];

    private readonly FrozenSet<string> _excluded;

    public ReplayedHeaders(IEnumerable<string> excluded, bool keepsDate)
        => _excluded = PerRequest.Where(name => !keepsDate || name != "Date").Concat(excluded).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Copies what is given again.</summary>
    /// <param name="context">The request.</param>
    /// <param name="before">What stood there before the rest of the chain ran, and is set again by whoever set it.</param>
    public KeyValuePair<string, StringValues>[] Copy(HttpContext context, KeyValuePair<string, StringValues>[] before)
    {
        var headers = context.Response.Headers;
        var id = context.Features.Get<IRequestIdFeature>()?.RequestId;
        var copy = new List<KeyValuePair<string, StringValues>>(headers.Count);
        var connection = headers.Connection;

        foreach (var (name, value) in headers)
        {
            // The id by its value: its header can have any name.
            if (value.Count > 0
                && !_excluded.Contains(name)
                && !HasPerRequestPrefix(name)
                && !(id is not null && value.Count == 1 && value[0] == id)
                && !IsNamed(connection, name)
                && !IsUnchanged(before, name, value))
            {
                copy.Add(new(name, value));
            }
        }

        return [.. copy];
    }

    private static bool HasPerRequestPrefix(string name)
    {
        foreach (var prefix in PerRequestPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUnchanged(KeyValuePair<string, StringValues>[] before, string name, StringValues value)
    {
        foreach (var (oldName, oldValue) in before)
        {
            if (string.Equals(oldName, name, StringComparison.OrdinalIgnoreCase))
            {
                return oldValue == value;
            }
        }

        return false;
    }

    // What Connection names is meant for this connection.
    private static bool IsNamed(in StringValues connection, string name)
    {
        foreach (var line in connection)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (line.AsSpan()[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
