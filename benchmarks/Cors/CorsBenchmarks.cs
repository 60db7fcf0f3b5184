using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RouteMiddleware.Benchmarks.Pipeline;
using RouteMiddleware.Middleware.Cors;
using InBox = Microsoft.AspNetCore.Cors.Infrastructure;

namespace RouteMiddleware.Benchmarks.Cors;

/// <summary>Two origins with credentials, from the way in until the headers go out: ours beside the in-box middleware and what one writes by hand.</summary>
[MemoryDiagnoser]
public class CorsBenchmarks
{
    private const string Origin = "https://app.example.com";
    private const string Other = "https://two.example.com";

    private readonly FiringResponse _response = new();
    private readonly DefaultHttpContext _context = new();
    private readonly RequestDelegate _handler = static _ => Task.CompletedTask;
    private readonly InBox.CorsService _service = new(Options.Create(new InBox.CorsOptions()), NullLoggerFactory.Instance);
    private readonly HashSet<string> _origins = new(StringComparer.OrdinalIgnoreCase) { Origin, Other };
    private InBox.CorsMiddleware? _inBox;
    private CorsMiddleware? _ours;

    [Params("simple", "preflight", "no origin")]
    public string Request { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _context.Features.Set<IHttpResponseFeature>(_response);
        _context.Request.Method = Request == "preflight" ? "OPTIONS" : "GET";
        _context.Request.Headers.Origin = Request == "no origin" ? default : Origin;

        if (Request == "preflight")
        {
            _context.Request.Headers.AccessControlRequestMethod = "PUT";
            _context.Request.Headers.AccessControlRequestHeaders = "authorization,content-type";
        }

        var policy = new InBox.CorsPolicyBuilder(Origin, Other).WithMethods("GET", "PUT").WithHeaders("Authorization", "Content-Type").AllowCredentials().SetPreflightMaxAge(TimeSpan.FromMinutes(10)).Build();
        _inBox = new(_handler, _service, policy, NullLoggerFactory.Instance);
        _ours = new(
            new() { AllowOrigins = [Origin, Other], AllowMethods = ["GET", "PUT"], AllowHeaders = ["Authorization", "Content-Type"], AllowCredentials = true },
            _service,
            new(),
            NullLogger<CorsMiddleware>.Instance);
    }

    [Benchmark(Baseline = true)]
    public Task InBoxMiddleware() => SendAsync(_inBox!.Invoke(_context, null!));

    /// <summary>For simple requests: headers that survive an exception handler, as ours do.</summary>
    [Benchmark]
    public Task ByHand() => SendAsync(HandWrittenAsync(_context, _handler));

    [Benchmark]
    public Task Ours() => SendAsync(_ours!.InvokeAsync(_context, _handler));

    private Task HandWrittenAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.Append("Vary", "Origin");

            if (context.Request.Headers.Origin is [{ } origin] && _origins.Contains(origin))
            {
                headers.AccessControlAllowOrigin = origin;
                headers.AccessControlAllowCredentials = "true";
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    // The same cleaning for all: the next request finds a context as new.
    private async Task SendAsync(Task request)
    {
        await request;
        await _response.SendHeadersAsync();
        _context.Response.Headers.Clear();
        _context.Response.StatusCode = 200;
        _context.Items.Clear();
    }
}
