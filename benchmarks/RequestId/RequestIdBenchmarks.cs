using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Benchmarks.Pipeline;
using RouteMiddleware.Middleware.RequestId;

namespace RouteMiddleware.Benchmarks.RequestId;

/// <summary>An id for a request that brings none, from the way in until the headers go out: ours beside what one writes by hand.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByParams)]
public class RequestIdBenchmarks : IDisposable
{
    private const string Header = "X-Request-ID";

    private readonly FiringResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private ILoggerFactory _loggers = null!;
    private ILogger _logger = null!;
    private RequestIdMiddleware _ours = null!;

    /// <summary>Whether somebody listens to log lines, so that a scope is needed.</summary>
    [Params(false, true)]
    public bool Logging { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _context.Features.Set<IHttpResponseFeature>(_response);
        _loggers = LoggerFactory.Create(logging =>
        {
            if (Logging)
            {
                logging.AddProvider(new DroppingProvider());
            }
        });
        _logger = _loggers.CreateLogger<RequestIdBenchmarks>();
        _ours = new RequestIdMiddleware(new(), new RequestIdSource(RandomNumberGenerator.Create()), _loggers.CreateLogger<RequestIdMiddleware>());
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _loggers?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public Task ByHand() => SendAsync(HandWrittenAsync(_context, _handler));

    /// <summary>Neither a scope, nor a feature, nor a header that survives an exception handler.</summary>
    [Benchmark]
    public Task ByHandWithLess() => SendAsync(HandWrittenWithLessAsync(_context, _handler));

    [Benchmark]
    public Task Ours() => SendAsync(_ours.InvokeAsync(_context, _handler));

    private static Task HandWrittenWithLessAsync(HttpContext context, RequestDelegate next)
    {
        var id = IdOf(context);
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        return next(context);
    }

    private static string IdOf(HttpContext context)
        => context.Request.Headers.TryGetValue(Header, out var values) && values is [{ Length: > 0 and <= 128 } sent] && sent.All(char.IsAsciiLetterOrDigit)
            ? sent
            : Guid.NewGuid().ToString("N");

    private async Task HandWrittenAsync(HttpContext context, RequestDelegate next)
    {
        var id = IdOf(context);
        context.TraceIdentifier = id;
        context.Features.Set<IRequestIdFeature>(new Feature(id));
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = id;
            return Task.CompletedTask;
        });

        using (_logger.BeginScope(new Dictionary<string, object>(StringComparer.Ordinal) { ["RequestId"] = id }))
        {
            await next(context);
        }
    }

    // The same cleaning for all: the next request finds a context as new.
    private async Task SendAsync(Task request)
    {
        await request;
        await _response.SendHeadersAsync();
        _context.Response.Headers.Clear();
        _context.Features.Set<IRequestIdFeature>(null);
    }

    private sealed record Feature(string RequestId) : IRequestIdFeature;

    private sealed class DroppingProvider : ILoggerProvider, ISupportExternalScope
    {
        public ILogger CreateLogger(string categoryName) => new Logger();

        public void SetScopeProvider(IExternalScopeProvider scopeProvider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Logger : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
                => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
            }
        }
    }
}
