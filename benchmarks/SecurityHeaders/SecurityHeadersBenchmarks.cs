using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Benchmarks.Pipeline;
using RouteMiddleware.Middleware.SecurityHeaders;

namespace RouteMiddleware.Benchmarks.SecurityHeaders;

/// <summary>Eight headers on an answer over https, from the way in until the headers go out: ours beside what one writes by hand.</summary>
[MemoryDiagnoser]
public class SecurityHeadersBenchmarks
{
    private static readonly KeyValuePair<string, string>[] Headers =
    [
        new("X-Content-Type-Options", "nosniff"),
        new("X-Frame-Options", "DENY"),
        new("X-XSS-Protection", "0"),
        new("Referrer-Policy", "strict-origin-when-cross-origin"),
        new("Permissions-Policy", "geolocation=(), microphone=(), camera=()"),
        new("Cross-Origin-Opener-Policy", "same-origin"),
        new("Content-Security-Policy", "default-src 'self'"),
        new("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ];

    private readonly FiringResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly SecurityHeadersMiddleware _ours = new(new());

    [GlobalSetup]
    public void Setup()
    {
        _context.Features.Set<IHttpResponseFeature>(_response);
        _context.Request.Scheme = "https";
    }

    /// <summary>Headers that survive an exception handler and leave the endpoint's own alone, as ours do.</summary>
    [Benchmark(Baseline = true)]
    public Task ByHand() => SendAsync(HandWrittenAsync(_context, _handler));

    /// <summary>Set on the way in: lost where an exception handler clears the answer.</summary>
    [Benchmark]
    public Task ByHandWithLess() => SendAsync(HandWrittenWithLessAsync(_context, _handler));

    [Benchmark]
    public Task Ours() => SendAsync(_ours.InvokeAsync(_context, _handler));

    private static Task HandWrittenAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            foreach (var (name, value) in Headers)
            {
                context.Response.Headers.TryAdd(name, value);
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    private static Task HandWrittenWithLessAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "0";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Permissions-Policy"] = "geolocation=(), microphone=(), camera=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = "default-src 'self'";
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return next(context);
    }

    // The same cleaning for all: the next request finds a context as new.
    private async Task SendAsync(Task request)
    {
        await request;
        await _response.SendHeadersAsync();
        _context.Response.Headers.Clear();
        _context.Features.Set<SecurityHeadersMiddleware>(null);
    }
}
