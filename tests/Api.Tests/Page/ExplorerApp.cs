using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Page;

/// <summary>An application with an explorer and many routes, and a load on some of them.</summary>
internal sealed class ExplorerApp : IAsyncDisposable
{
    public const string Secret = "planted-auth-secret-of-more-than-32-bytes";
    public const string Markup = "<script>alert(1)</script><img src=x onerror=alert(2)>";

    private readonly WebApplication _app;
    private readonly HttpClient _client;
    private readonly CancellationTokenSource _end = new();
    private Task _load = Task.CompletedTask;

    private ExplorerApp(WebApplication app)
    {
        _app = app;
        Address = app.Urls.First();
        _client = new HttpClient { BaseAddress = new Uri(Address) };
    }

    public string Address { get; }

    public ChainReader Chains => new(_app.Services.GetRequiredService<RouteMiddleware.IMiddlewareChains>());

    public static async Task<ExplorerApp> StartAsync(int routes = 40)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development", ApplicationName = typeof(ExplorerApp).Assembly.GetName().Name });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["RouteMiddleware:Middleware:0"] = "request_id",
            ["RouteMiddleware:Middleware:1"] = "timing",
            ["RouteMiddleware:Middleware:2"] = "common",
            ["RouteMiddleware:Middleware:3"] = "security_headers",
            ["RouteMiddleware:Groups:api:0"] = "auth",
            ["RouteMiddleware:Groups:api:1"] = "rate_limit:100/1m",
            ["RouteMiddleware:Auth:Secret"] = Secret,
            ["RouteMiddleware:Maintenance:Message"] = Markup,
            ["RouteMiddleware:SecurityHeaders:Overwrite"] = "true",
        });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRouteMiddleware()
            .AddMiddleware("slow", static async (context, next) =>
            {
                await Task.Delay(5);
                await next(context);
            });

        var app = builder.Build();
        app.UseRouteMiddleware();
        app.MapMiddlewareExplorer();
        app.MapGet("/open", static () => "open");
        app.MapGet("/slow", static () => "slow").WithMiddleware("slow");
        app.MapGet("/broken", static string () => throw new InvalidOperationException("broken"));
        app.MapGet($"/odd-{Markup.Replace("/", "", StringComparison.Ordinal)}", static () => "odd").WithMiddleware("maintenance").WithDisplayName(Markup);

        var api = app.MapGroup("/api").WithMiddleware("api");
        api.MapGet("/orders", static () => "orders").WithoutMiddleware("timing");
        api.MapPost("/orders", static () => "ordered");

        var many = app.MapGroup("/many").WithMiddleware("body_limit:64kb");

        for (var i = 0; i < routes; i++)
        {
            many.MapMethods($"/{i}/with/a/path/that/is/longer/than/most/{{id}}", ["GET"], static context => context.Response.WriteAsync("many"));
        }

        await app.StartAsync();
        return new ExplorerApp(app);
    }

    /// <summary>Sends requests until the application is disposed of.</summary>
    public void BeginLoad() => _load = Task.Run(async () =>
    {
        while (!_end.IsCancellationRequested)
        {
            foreach (var path in (string[])["/open", "/open", "/slow", "/api/orders", "/missing", "/broken"])
            {
                using var response = await _client.GetAsync(new Uri(path, UriKind.Relative));
            }

            await Task.Delay(20);
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _load;
        _client.Dispose();
        _end.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>What the service tells of each route.</summary>
    internal sealed class ChainReader(RouteMiddleware.IMiddlewareChains chains)
    {
        public IReadOnlyList<(string Name, string[] Entries)> OfApplication
            => [.. chains.Routes.Where(static route => !route.Name.Contains("/_middleware", StringComparison.Ordinal)).Select(static route => (route.Name, route.Links.Select(static link => link.ToString()).ToArray()))];
    }
}
