using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Pipeline;
using RouteMiddleware.Settings;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Explorer;

[Collection(MeasuredAlone.Name)]
public sealed class ExplorerModelTests
{
    [Fact]
    public async Task P2_Chain_OfEveryRoute_IsWhatARequestGoesThrough()
    {
        await using var app = await StartAsync();
        var chains = app.App.Services.GetRequiredService<IMiddlewareChains>();
        var model = await app.ReadAsync("/_middleware/model");
        var entries = model.GetProperty("entries").EnumerateArray().Select(static entry => entry.GetString()!).ToArray();
        var endpoints = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        var probe = new Probe();
        app.App.Services.GetRequiredService<Observation>().Watcher = probe;

        var number = -1;

        foreach (var route in model.GetProperty("routes").EnumerateArray())
        {
            number++;
            var listed = route.GetProperty("links").EnumerateArray().Select(link => entries[link.GetInt32()]).ToArray();
            Assert.Equal(chains.Of(endpoints[number]).Select(static link => link.ToString()), listed);

            var detail = await app.ReadAsync($"/_middleware/route/{number}");
            Assert.Equal(listed, detail.GetProperty("links").EnumerateArray().Select(static link => link.GetProperty("entry").GetString()));

            if (route.TryGetProperty("own", out _))
            {
                continue;
            }

            probe.Seen.Clear();
            using var request = new HttpRequestMessage(new HttpMethod(route.GetProperty("methods")[0].GetString()!), route.GetProperty("template").GetString()!.Replace("{id}", "7", StringComparison.Ordinal));
            using var response = await app.Client.SendAsync(request);
            Assert.True(response.IsSuccessStatusCode);

            // Each tells of itself as it is left: the innermost first.
            await WaitAsync(() => probe.Seen.Count >= listed.Length);
            Assert.Equal(InOrderOf(detail), probe.Seen.Reverse().ToArray());
        }

        probe.Seen.Clear();
        using var missing = await app.Client.GetAsync(new Uri("/missing", UriKind.Relative));
        Assert.Equal(model.GetProperty("none").GetProperty("links").EnumerateArray().Select(link => entries[link.GetInt32()]), probe.Seen.Reverse().ToArray());
    }

    [Fact]
    public async Task Route_WithOptionsOfEveryLayer_SaysWhereEachCameFrom()
    {
        await using var app = await StartAsync();

        var detail = await app.ReadAsync($"/_middleware/route/{await app.NumberOfAsync("POST /orders/{id}")}");
        var limit = detail.GetProperty("links").EnumerateArray().Single(static link => link.GetProperty("name").GetString() == "rate_limit");
        var options = limit.GetProperty("options").EnumerateArray().ToDictionary(static option => option.GetProperty("name").GetString()!);

        Assert.Equal("Group", limit.GetProperty("place").GetString());
        Assert.Equal(["Argument", "ClassDefault", "Section", "Section"], ((string[])["PermitLimit", "Cost", "Headers", "QueueLimit"]).Select(name => options[name].GetProperty("source").GetString()));
        Assert.Equal("50", options["PermitLimit"].GetProperty("value").GetString());
        Assert.Contains("rate_limit:50/1m", options["PermitLimit"].GetProperty("origin").GetString(), StringComparison.Ordinal);
        Assert.Equal("RouteMiddleware:RateLimit:Headers", options["Headers"].GetProperty("origin").GetString());
    }

    [Fact]
    public async Task Route_ThatTookSomethingOff_SaysWhatAndWho()
    {
        await using var app = await StartAsync();

        var detail = await app.ReadAsync($"/_middleware/route/{await app.NumberOfAsync("GET /bare")}");
        var taken = Assert.Single(detail.GetProperty("takenOff").EnumerateArray());

        Assert.Equal("timing", taken.GetProperty("entry").GetString());
        Assert.Equal("WithoutMiddleware", taken.GetProperty("reason").GetString());
        Assert.Contains("ExplorerModelTests.cs:", taken.GetProperty("by").GetString(), StringComparison.Ordinal);
        Assert.Equal("Nobody", detail.GetProperty("preflight").GetProperty("answer").GetString());
        Assert.Equal("lambda in RouteMiddleware.Tests.Explorer.ExplorerModelTests.StartAsync", detail.GetProperty("handler").GetString());
    }

    [Fact]
    public async Task Model_OfAThousandRoutes_IsSmallAndWhole()
    {
        await using var app = await ExplorerApp.StartAsync(static app =>
        {
            app.MapMiddlewareExplorer();
            var group = app.MapGroup("/many").WithMiddleware("request_id", "security_headers");

            for (var i = 0; i < 1000; i++)
            {
                group.MapGet($"/{i}", static _ => Task.CompletedTask);
            }
        });

        var text = await app.Client.GetStringAsync(new Uri("/_middleware/model", UriKind.Relative));

        Assert.InRange(text.Length, 50_000, 150_000);
        using var model = JsonDocument.Parse(text);
        Assert.Equal(1004, model.RootElement.GetProperty("routes").GetArrayLength());
    }

    // The request stages, and what has a handler stage alone around the handler.
    private static IEnumerable<string?> InOrderOf(JsonElement detail)
    {
        var links = detail.GetProperty("links").EnumerateArray().ToLookup(static link => link.GetProperty("stage").GetString() == "Handler", static link => link.GetProperty("entry").GetString());
        return links[false].Concat(links[true]);
    }

    private static async Task WaitAsync(Func<bool> isDone)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));

        while (!isDone())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task<TestApp> StartAsync() => ExplorerApp.StartAsync(
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapMiddlewareExplorer();
            app.MapGet("/plain", static () => "plain");
            app.MapGet("/bare", static () => "bare").WithoutMiddleware("timing");
            app.MapGet("/request", static context => context.Response.WriteAsync("request")).WithMiddleware("passing", "hook");
            app.MapGet("/both", static () => "both").WithMiddleware("both", "filter", "passing");

            var orders = app.MapGroup("/orders").WithMiddleware("api");
            orders.MapPost("/{id}", static (int id) => id).WithMiddleware("passing");
            orders.MapGroup("").WithMiddleware("filter").MapGet("", static () => "orders").WithMiddleware<Passing>();
        },
        static builder => builder
            .AddMiddleware<Passing>("passing")
            .AddMiddleware<Hook>("hook")
            .AddMiddleware<Filter>("filter")
            .AddMiddleware<Both>("both")
            .AddGroup("api", "request_id", "rate_limit:50/1m"),
        [
            new("RouteMiddleware:Middleware:0", "timing"),
            new("RouteMiddleware:Middleware:1", "security_headers"),
            new("RouteMiddleware:RateLimit:Headers", "Draft"),
            new("RouteMiddleware:RateLimit:QueueLimit", "0"),
        ]);

    private sealed class Probe : IWatchPasses
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public void Passed(Endpoint? endpoint, LinkPlan plan, TimeSpan time, PassOutcome outcome, string? reason)
        {
            Assert.Equal(PassOutcome.Passed, outcome);
            Seen.Enqueue(plan.ToString());
        }
    }

    private sealed class Passing : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);
    }

    private sealed class Hook : HookMiddleware;

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }

    private sealed class Both : IMiddleware, IEndpointFilter
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => next(context);

        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) => next(context);
    }
}
