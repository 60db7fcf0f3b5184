using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Logging;

namespace RouteMiddleware.Benchmarks.Logging;

/// <summary>Two lines per request to a logger that drops them: ours beside the in-box HTTP logging.</summary>
[MemoryDiagnoser]
public class LoggingBenchmarks
{
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _inBox;
    private readonly LoggingMiddleware _ours;
    private readonly LoggingMiddleware _oursWithHeaders;

    public LoggingBenchmarks()
    {
        _services = new ServiceCollection()
            .AddLogging(static logging => logging.AddProvider(new DroppingProvider()))
            .AddHttpLogging(static o => o.LoggingFields = HttpLoggingFields.RequestMethod | HttpLoggingFields.RequestPath | HttpLoggingFields.RequestQuery | HttpLoggingFields.ResponseStatusCode | HttpLoggingFields.Duration)
            .BuildServiceProvider();

        var app = new ApplicationBuilder(_services);
        app.UseHttpLogging();
        app.Run(_handler);
        _inBox = app.Build();

        var loggers = _services.GetRequiredService<ILoggerFactory>();
        _ours = new LoggingMiddleware(new(), TimeProvider.System, loggers);
        _oursWithHeaders = new LoggingMiddleware(new() { LogHeaders = true }, TimeProvider.System, loggers);

        _context.RequestServices = _services;
        _context.Request.Method = "GET";
        _context.Request.Path = "/orders/7";
        _context.Request.QueryString = new QueryString("?page=2&size=50");
        _context.Request.Headers.UserAgent = "agent/1.0";
        _context.Request.Headers.Accept = "application/json";
    }

    [Benchmark(Baseline = true)]
    public Task InBox() => _inBox(_context);

    [Benchmark]
    public Task Ours() => SendAsync(_ours);

    [Benchmark]
    public Task OursWithHeaders() => SendAsync(_oursWithHeaders);

    [GlobalCleanup]
    public void Cleanup() => _services.Dispose();

    // The next request finds a context as new.
    private Task SendAsync(LoggingMiddleware middleware)
    {
        _context.Features.Set<LoggingPass>(null);
        return middleware.InvokeAsync(_context, _handler);
    }

    private sealed class DroppingProvider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger();

        public void Dispose()
        {
        }

        // Writes the text, as every real logger does.
        private sealed class Logger : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
                => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => formatter(state, exception);
        }
    }
}
