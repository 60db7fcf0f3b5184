using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.TrustedHost;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.TrustedHost;

public sealed class TrustedHostMiddlewareTests
{
    [Theory]
    [InlineData("example.com", 200)]
    [InlineData("EXAMPLE.com.:8000", 200)]
    [InlineData("a.example.org", 200)]
    [InlineData("[::1]:8000", 200)]
    [InlineData("xn--bcher-kva.example", 200)]
    [InlineData("example.org", 400)]
    [InlineData(".example.com", 400)]
    [InlineData("example.com..", 400)]
    [InlineData("example.com:99999", 400)]
    [InlineData("example.com:evil", 400)]
    [InlineData("evilexample.com", 400)]
    [InlineData("user@example.com", 400)]
    [InlineData("", 400)]
    public async Task Request_ByItsHost_IsServedOrRefused(string host, int status)
    {
        await using var app = await StartAsync("example.com", "*.example.org", "[::1]", "bücher.example");

        Assert.StartsWith($"HTTP/1.1 {status} ", await SendAsync(app, host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task H1_ForeignHost_IsRefusedBeforeAnythingUsesIt()
    {
        await using var app = await StartAsync("example.com");

        var answer = await SendAsync(app, "evil.example");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Cache-Control: no-store\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Ran:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)]).RootElement;
        Assert.Equal(("invalid_host", 400), (problem.GetProperty("code").GetString(), problem.GetProperty("status").GetInt32()));
        var record = Assert.Single(app.Logs.Records, static record => record.EventId.Name == "Refused");
        Assert.Equal((LogLevel.Debug, "A request for the host 'evil.example' was refused (not_allowed)."), (record.Level, record.Message));
    }

    [Theory]
    [InlineData("a\r\nb\u001b", @"a\u000D\u000Ab\u001B")]
    [InlineData("bücher\\", @"b\u00FCcher\u005C")]
    public async Task H1_HostInTheLog_IsEscaped(string host, string expected)
    {
        var logs = new LogSink();
        await InvokeAsync(host, logs: logs);

        Assert.Contains($"'{expected}' was refused (malformed)", Assert.Single(logs.Records).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(65, 64)]
    [InlineData(5000, 64)]
    public async Task H1_HostInTheLog_IsCut(int length, int expected)
    {
        var logs = new LogSink();
        await InvokeAsync(new string('a', length), logs: logs);

        Assert.Contains($"'{new string('a', expected)}' was refused", Assert.Single(logs.Records).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H2_ForwardedHost_IsNeverRead()
    {
        await using var app = await StartAsync("example.com");

        Assert.StartsWith("HTTP/1.1 200 ", await SendAsync(app, "example.com", "X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(app, "evil.example", "X-Forwarded-Host: example.com\r\nForwarded: host=example.com\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.com", 200)]
    [InlineData("evil.example", 400)]
    public async Task H2_HostFromATrustedProxy_IsCheckedLikeAnyOther(string forwarded, int status)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("trusted_host"),
            static app =>
            {
                app.UseForwardedHeaders(new() { ForwardedHeaders = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders.XForwardedHost });
                app.UseRouteMiddleware();
                app.MapGet("/", static () => "ok");
            },
            Settings("example.com"));

        Assert.StartsWith($"HTTP/1.1 {status} ", await SendAsync(app, "proxy.internal", $"X-Forwarded-Host: {forwarded}\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n", 200)]
    [InlineData("GET http://EXAMPLE.com:80/ HTTP/1.1\r\nHost: example.com\r\n", 200)]
    [InlineData("GET http://other.example/ HTTP/1.1\r\nHost: example.com\r\n", 400)]
    [InlineData("GET http://user@example.com/ HTTP/1.1\r\nHost: example.com\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: example.com\r\nHost: other.example\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: example.com\r\nHost: example.com\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n", 400)]
    [InlineData("GET / HTTP/1.0\r\n", 400)]
    [InlineData("GET http://example.com/ HTTP/1.0\r\n", 400)]
    public async Task H3_Host_ThatIsAmbiguousOrMissing_IsRefused(string head, int status)
    {
        await using var app = await StartAsync("example.com", "other.example");

        Assert.StartsWith($"HTTP/1.1 {status} ", await app.SendRawAsync(head + "Connection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    // A server that does not compare them itself, as Kestrel does.
    [Theory]
    [InlineData("GET", "http://example.com/a", "example.com", true)]
    [InlineData("GET", "https://example.com", "example.com:443", true)]
    [InlineData("GET", "http://example.com:8080?q", "example.com:8080", true)]
    [InlineData("GET", "http://other.example/a", "example.com", false)]
    [InlineData("GET", "http://example.com:8080/a", "example.com", false)]
    [InlineData("GET", "https://example.com/a", "example.com:80", false)]
    [InlineData("GET", "example.com/a", "example.com", false)]
    [InlineData("GET", "http:///a", "example.com", false)]
    [InlineData("OPTIONS", "*", "example.com", true)]
    [InlineData("CONNECT", "example.com:443", "example.com:443", true)]
    [InlineData("CONNECT", "other.example:443", "example.com:443", false)]
    public async Task H3_TargetAndHost_ThatDiffer_AreRefused(string method, string target, string host, bool passes)
        => Assert.Equal(passes ? 200 : 400, (await InvokeAsync(host, target, method, o => o.AllowedHosts = ["*"])).Response.StatusCode);

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n", 200)]
    [InlineData("GET / HTTP/1.1\r\nHost: \r\n", 200)]
    [InlineData("GET / HTTP/1.1\r\nHost: evil.example\r\n", 400)]
    [InlineData("GET http://evil.example/ HTTP/1.0\r\n", 400)]
    public async Task H3_EmptyHost_PassesWhereAllowed(string head, int status)
    {
        await using var app = await StartAsync(allowEmptyHost: true, "example.com");

        Assert.StartsWith($"HTTP/1.1 {status} ", await app.SendRawAsync(head + "Connection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task H6_HealthRoute_ThatIsExempt_IsNoHoleForOthers()
    {
        await using var app = await StartAsync("example.com");

        Assert.StartsWith("HTTP/1.1 200 ", await SendAsync(app, "10.0.0.7:8080", path: "/health"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(app, "10.0.0.7:8080"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(app, "10.0.0.7:8080", path: "/health/../"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Door_OfARoute_WinsOverTheSettings()
    {
        await using var app = await StartAsync("example.com");

        Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(app, "example.com", path: "/door"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await SendAsync(app, "door.example", path: "/door"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithTrustedHost(o => (o.AllowedHosts, o.WwwRedirect) = (["a b"], (WwwRedirect)9))));

        Assert.Contains("AllowedHosts has 'a b'", error.Message, StringComparison.Ordinal);
        Assert.Contains("WwwRedirect (9)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", "not_allowed")]
    [InlineData("a b", "malformed")]
    [InlineData("", "missing")]
    public async Task Metric_OfARefusal_TellsItsReason(string host, string reason)
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = meters.GetRequiredService<IMeterFactory>();
        var metrics = new TrustedHostMetrics(factory);
        List<string> seen = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "routemiddleware.trusted_host.refusals" && instrument.Meter.Scope == factory)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => seen.Add(string.Join(' ', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"))));
        listener.Start();

        await InvokeAsync(host, metrics: metrics);

        Assert.Equal([$"route=(none) outcome=refused reason={reason}"], seen);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("Example.com.:8000")]
    [InlineData("a.b.example.org")]
    [InlineData("[::1]:80")]
    [InlineData("192.0.2.1")]
    public void Pass_OfAnAllowedHost_AllocatesNothing(string host)
    {
        var middleware = Create(o => o.AllowedHosts = ["example.com", "*.example.org", "::1", "192.0.2.1"]);
        var context = Context(host, "/", "GET");
        var next = new RequestDelegate(static _ => Task.CompletedTask);

        for (var i = 0; i < 100; i++)
        {
            Assert.Same(Task.CompletedTask, middleware.InvokeAsync(context, next));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = middleware.InvokeAsync(context, next);
        }

        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 1000);
    }

    private static TrustedHostMiddleware Create(Action<TrustedHostOptions> configure, LogSink? logs = null, TrustedHostMetrics? metrics = null)
    {
        var options = new TrustedHostOptions { AllowedHosts = ["example.com"] };
        configure(options);
        ILogger<TrustedHostMiddleware> logger = logs is null ? NullLogger<TrustedHostMiddleware>.Instance : new Logger<TrustedHostMiddleware>(new LoggerFactory([logs], new LoggerFilterOptions { MinLevel = LogLevel.Trace }));
        return new(options, logger, metrics ?? new());
    }

    private static async Task<HttpContext> InvokeAsync(
        string host,
        string target = "/",
        string method = "GET",
        Action<TrustedHostOptions>? configure = null,
        LogSink? logs = null,
        TrustedHostMetrics? metrics = null)
    {
        var context = Context(host, target, method);
        await Create(configure ?? (static _ => { }), logs, metrics).InvokeAsync(context, static _ => Task.CompletedTask);
        return context;
    }

    private static DefaultHttpContext Context(string host, string target, string method)
    {
        var context = new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider() };
        context.Request.Headers.Host = host;
        context.Request.Method = method;
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        return context;
    }

    private static Dictionary<string, string?> Settings(params string[] hosts)
        => hosts.Select(static (host, i) => (host, i)).ToDictionary(static pair => $"RouteMiddleware:TrustedHost:AllowedHosts:{pair.i}", static string? (pair) => pair.host, StringComparer.Ordinal);

    private static Task<TestApp> StartAsync(params string[] hosts) => StartAsync(allowEmptyHost: false, hosts);

    private static Task<TestApp> StartAsync(bool allowEmptyHost, params string[] hosts)
    {
        var settings = Settings(hosts);
        settings["RouteMiddleware:TrustedHost:AllowEmptyHost"] = allowEmptyHost ? "true" : "false";

        return TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/", static (HttpContext context) => context.Response.Headers["Ran"] = "yes").WithMiddleware("trusted_host");
                app.MapGet("/door", static () => "").WithTrustedHost(o => o.AllowedHosts = ["door.example"]);
                app.MapGroup("").WithMiddleware("trusted_host").MapGet("/health", static () => "healthy").WithoutMiddleware("trusted_host");
            },
            settings);
    }

    private static Task<string> SendAsync(TestApp app, string host, string headers = "", string path = "/")
        => app.SendRawAsync($"GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
}
