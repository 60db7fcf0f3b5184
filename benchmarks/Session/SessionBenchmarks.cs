using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session;
using SessionOptions = RouteMiddleware.Contrib.Session.SessionOptions;

namespace RouteMiddleware.Benchmarks.Session;

/// <summary>
/// A request through a session, in process: ASP.NET Core's own middleware on its memory cache against ours. Subtract <see cref="Bare"/>, which
/// is the same request without any session.
/// </summary>
[MemoryDiagnoser]
public class SessionBenchmarks
{
    private const string Secret = "base64:T2hWfm9QA2+qBCBu8uWMjeTGpg2WgYPcnA/8d1smLT0=";

    private ServiceProvider _inBoxServices = null!;
    private RequestDelegate _bare = null!;
    private RequestDelegate _inBoxUntouched = null!;
    private RequestDelegate _inBoxRead = null!;
    private RequestDelegate _untouched = null!;
    private RequestDelegate _signingRead = null!;
    private RequestDelegate _signedOnlyRead = null!;
    private RequestDelegate _memoryRead = null!;
    private string _inBoxCookie = null!;
    private string _signingCookie = null!;
    private string _signedOnlyCookie = null!;
    private string _memoryCookie = null!;
    private WebApplication[] _apps = [];

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _bare = static _ => Task.CompletedTask;

        var services = new ServiceCollection().AddLogging();
        services.AddDistributedMemoryCache().AddSession().AddDataProtection();
        _inBoxServices = services.BuildServiceProvider();
        _inBoxUntouched = InBox(static _ => Task.CompletedTask);
        _inBoxRead = InBox(static context => Used(context.Session.GetString("user")));
        _inBoxCookie = await CookieOfAsync(InBox(static context =>
        {
            context.Session.SetString("user", "ada");
            return Task.CompletedTask;
        }), _inBoxServices);

        (_untouched, _signingRead, _signingCookie, var signing) = await OursAsync(static options => options.Secret = Secret);
        (_, _signedOnlyRead, _signedOnlyCookie, var signedOnly) = await OursAsync(static options => (options.Secret, options.Encrypt) = (Secret, false));
        (_, _memoryRead, _memoryCookie, var memory) = await OursAsync(static options => options.Engine = SessionEngineKind.Memory);
        _apps = [signing, signedOnly, memory];
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _inBoxServices.DisposeAsync();

        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }
    }

    [Benchmark(Baseline = true)]
    public Task Bare() => RunAsync(_bare, _inBoxCookie);

    [Benchmark]
    public Task InBoxUntouched() => RunAsync(_inBoxUntouched, _inBoxCookie);

    [Benchmark]
    public Task InBoxReadOneValue() => RunAsync(_inBoxRead, _inBoxCookie);

    [Benchmark]
    public Task Untouched() => RunAsync(_untouched, _signingCookie);

    [Benchmark]
    public Task SigningReadOneValue() => RunAsync(_signingRead, _signingCookie);

    [Benchmark]
    public Task SignedOnlyReadOneValue() => RunAsync(_signedOnlyRead, _signedOnlyCookie);

    [Benchmark]
    public Task MemoryReadOneValue() => RunAsync(_memoryRead, _memoryCookie);

    private static async Task<(RequestDelegate Untouched, RequestDelegate Read, string Cookie, WebApplication App)> OursAsync(Action<SessionOptions> options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Services.AddRouteMiddleware().AddSession(options);
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/untouched", (RequestDelegate)(static _ => Task.CompletedTask)).WithMiddleware("session");
        app.MapGet("/read", (RequestDelegate)(static context => Used(context.GetRouteSession().Get<string>("user")))).WithMiddleware("session");
        app.MapGet("/write", (RequestDelegate)(static context =>
        {
            context.GetRouteSession().Set("user", "ada");
            return Task.CompletedTask;
        })).WithMiddleware("session");
        await app.StartAsync();

        var endpoints = app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints.ToDictionary(static endpoint => endpoint.DisplayName!.Split("/")[^1]);
        return (endpoints["untouched"].RequestDelegate!, endpoints["read"].RequestDelegate!, await CookieOfAsync(endpoints["write"].RequestDelegate!, app.Services), app);
    }

    private static Task Used(string? user) => user == "ada" ? Task.CompletedTask : throw new InvalidOperationException("The session was not read.");

    private static Task RunAsync(RequestDelegate request, string cookie)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = cookie;
        return request(context);
    }

    private static async Task<string> CookieOfAsync(RequestDelegate write, IServiceProvider services)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        var starting = new StartingFeature();
        context.Features.Set<IHttpResponseFeature>(starting);
        await write(context);
        await starting.StartAsync();
        return context.Response.Headers.SetCookie[0]!.Split(';')[0];
    }

    private RequestDelegate InBox(RequestDelegate end)
    {
        var app = new ApplicationBuilder(_inBoxServices);
        app.UseSession();
        app.Run(end);
        return app.Build();
    }

    /// <summary>Runs what waits for the headers to go out; the feature of a plain context does not.</summary>
    private sealed class StartingFeature : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _callbacks = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _callbacks.Push((callback, state));

        public async Task StartAsync()
        {
            while (_callbacks.TryPop(out var entry))
            {
                await entry.Callback(entry.State);
            }
        }
    }
}
