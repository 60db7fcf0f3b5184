using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Metrics;

public sealed class MapMetricsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_ReadByPrometheus_TellsRequestsByMethodTemplateAndStatus(bool isOpenMetrics)
    {
        await using var app = await MetricsApp.StartAsync();

        Assert.Equal(200, await app.GetAsync("/orders/1"));
        Assert.Equal(200, await app.GetAsync("/orders/2"));
        Assert.Equal(201, await app.GetAsync("/orders", "POST"));
        Assert.Equal(404, await app.GetAsync("/nowhere/1"));
        Assert.Equal(404, await app.GetAsync("/nowhere/2"));
        Assert.Equal(405, await app.GetAsync("/orders/1", "DELETE"));
        Assert.Equal(405, await app.GetAsync("/orders/1", "EVIL"));
        var samples = await PrometheusParser.ParseAsync(await app.ScrapeAsync(isOpenMetrics ? "application/openmetrics-text;version=1.0.0" : "text/plain"), isOpenMetrics);

        Assert.Equal(
            [
                "DELETE (none) 405 1",
                "GET (none) 404 2",
                "GET /orders/{id:int} 200 2",
                "POST /orders 201 1",
                "_OTHER (none) 405 1",
            ],
            MetricsApp.Counted(samples));
        Assert.All(samples.Where(static sample => sample.Name.StartsWith("http_server_request_duration", StringComparison.Ordinal)), static sample => Assert.Equal("histogram", sample.Type));
        Assert.DoesNotContain(samples, static sample => sample.Labels.Values.Any(static value => value.Contains("nowhere", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Buckets_OfAHistogram_AddUp()
    {
        var clock = new ManualClock();
        await using var app = await MetricsApp.StartAsync(
            app => app.MapGet("/slow/{milliseconds:int}", (int milliseconds) => clock.Advance(TimeSpan.FromMilliseconds(milliseconds))),
            clock: clock);

        // A boundary belongs to the bucket below it.
        foreach (var milliseconds in (int[])[0, 5, 6, 10_000, 20_000])
        {
            await app.GetAsync($"/slow/{milliseconds}");
        }

        var samples = (await PrometheusParser.ParseAsync(await app.ScrapeAsync())).Where(static sample => sample["http_route"] == "/slow/{milliseconds:int}" && sample["http_request_method"] is not null).ToArray();

        Assert.Equal(
            [2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 5],
            samples.Where(static sample => sample.Name.EndsWith("_bucket", StringComparison.Ordinal)).OrderBy(static sample => double.Parse(sample["le"]!.Replace("+Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)).Select(static sample => (int)sample.Value));
        Assert.Equal(5, samples.Single(static sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
        Assert.Equal(30.011, samples.Single(static sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal)).Value, 6);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;q=0.4", false)]
    [InlineData("application/openmetrics-text;version=9.0.0", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    public async Task Format_IsWhatTheCallerPrefers(string accept, bool isOpenMetrics)
    {
        await using var app = await MetricsApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/metrics", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            isOpenMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8",
            response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(isOpenMetrics, (await response.Content.ReadAsStringAsync()).EndsWith("# EOF\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_WithMiddlewareOnIt_IsRefusedLikeAnyOther()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapMetrics("/internal/metrics").WithMiddleware("rate_limit:1/1m"));

        Assert.Equal(200, await app.GetAsync("/internal/metrics"));
        Assert.Equal(429, await app.GetAsync("/internal/metrics"));
    }

    [Fact]
    public async Task Page_ThatRequiresAuthorization_IsClosedToStrangers()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddAuthentication("Bearer").AddJwtBearer("Bearer", static _ => { });
                builder.Services.AddAuthorization();
                builder.Services.AddRouteMiddleware();
            },
            static app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapMetrics().RequireAuthorization();
            });

        Assert.Equal(401, await app.GetAsync("/metrics"));
    }

    [Fact]
    public async Task Refusals_AreToldByMiddlewareAndReason()
    {
        await using var app = await MetricsApp.StartAsync(static app =>
        {
            app.MapGet("/limited", static () => "").WithMiddleware("rate_limit:1/1m");
            app.MapGet("/own", static () => "").WithMiddleware((context, _) => new Refusal(403, "not_today", "Not today", "Come tomorrow.").WriteAsync(context));
        });

        for (var i = 0; i < 3; i++)
        {
            await app.GetAsync("/limited");
        }

        Assert.Equal(403, await app.GetAsync("/own"));
        var samples = await PrometheusParser.ParseAsync(await app.ScrapeAsync());

        Assert.Equal(
            ["(none) not_today 1", "rate_limit rate_limit_exceeded 2"],
            samples.Where(static sample => sample.Name == "routemiddleware_refusals_total").Select(static sample => $"{sample["middleware"]} {sample["reason"]} {sample.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task MiddlewareDurations_AreToldUnlessSwitchedOff(bool isOn)
    {
        await using var app = await MetricsApp.StartAsync(
            static app => app.MapGet("/timed", static () => "").WithMiddleware("timing"),
            configure: options => options.MiddlewareDurations = isOn);

        await app.GetAsync("/timed");
        var samples = await PrometheusParser.ParseAsync(await app.ScrapeAsync());

        Assert.Equal(
            isOn ? ["metrics 1", "timing 1"] : [],
            samples
                .Where(static sample => sample.Name == "routemiddleware_middleware_duration_seconds_count" && sample["http_route"] == "/timed")
                .Select(static sample => $"{sample["middleware"]} {sample.Value}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task MiddlewareDurations_WithoutMetricsInTheList_AreToldToo()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.MapGet("/timed", static () => "").WithMiddleware("timing");
                app.MapMetrics();
            });

        await app.GetAsync("/timed");

        Assert.Contains("routemiddleware_middleware_duration_seconds_count{http_route=\"/timed\",middleware=\"timing\"} 1", await app.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Meters_OfTheOptions_AreToldWithTheirScope()
    {
        await using var app = await MetricsApp.StartAsync(settings: [new("RouteMiddleware:Metrics:Meters:0", "Microsoft.AspNetCore.Hosting"), new("RouteMiddleware:Metrics:Meters:1", "System.Runtime")]);

        await app.GetAsync("/orders/1");
        var samples = await PrometheusParser.ParseAsync(await app.ScrapeAsync());

        Assert.Contains(samples, static sample => sample.Name == "http_server_request_duration_seconds_count" && sample["otel_scope_name"] == "Microsoft.AspNetCore.Hosting" && sample["http_route"] == "/orders/{id:int}");
        Assert.Contains(samples, static sample => sample is { Name: "dotnet_gc_collections_total", Type: "counter" } && sample["otel_scope_name"] == "System.Runtime" && sample["gc_heap_generation"] == "gen0");
        Assert.Contains(samples, static sample => sample is { Name: "dotnet_process_memory_working_set_bytes", Type: "gauge", Value: > 0 });
    }

    [Fact]
    public async Task Page_OfOneApplication_TellsNothingOfAnother()
    {
        await using var other = await MetricsApp.StartAsync();
        await using var app = await MetricsApp.StartAsync();

        await other.GetAsync("/orders/1");

        Assert.DoesNotContain("/orders", await app.ScrapeAsync(), StringComparison.Ordinal);
        Assert.Contains("/orders", await other.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrapes_DuringLoad_AreWholeAndLoseNothing()
    {
        await using var app = await MetricsApp.StartAsync();
        var requests = Parallel.ForEachAsync(Enumerable.Range(0, 2_000), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => await app.GetAsync($"/orders/{i}"));
        List<string> pages = [];

        do
        {
            pages.Add(await app.ScrapeAsync());
        }
        while (!requests.IsCompleted && pages.Count < 200);

        await requests;
        pages.Add(await app.ScrapeAsync());

        foreach (var page in (string[])[pages[0], pages[pages.Count / 2], pages[^1]])
        {
            var samples = await PrometheusParser.ParseAsync(page);

            foreach (var count in samples.Where(static sample => sample.Name == "http_server_request_duration_seconds_count"))
            {
                var all = samples.Single(sample => sample.Name == "http_server_request_duration_seconds_bucket" && sample["le"] == "+Inf" && sample["http_route"] == count["http_route"]);
                Assert.Equal(count.Value, all.Value);
            }
        }

        Assert.Equal(["GET /orders/{id:int} 200 2000"], MetricsApp.Counted(await PrometheusParser.ParseAsync(pages[^1])));
    }

    [Fact]
    public async Task P9_Start_WithFaultyOptions_NamesThemAll()
    {
        KeyValuePair<string, string?>[] settings = [new("RouteMiddleware:Metrics:MaxSeries", "100001")];

        // With the faults of everything else, in one list.
        var onPage = await Assert.ThrowsAsync<RouteMiddlewareException>(() => MetricsApp.StartAsync(
            static app => app.MapGet("/other", static () => "").WithMiddleware("reqest_id"),
            configure: static options =>
            {
                options.MaxSeries = 0;
                options.Meters = [" "];
            }));
        Assert.Equal(
            ["Meters[0] must be the name of a meter, but is empty.", "MaxSeries (0) must be from 1 to 100000.", "No middleware has the alias 'reqest_id'."],
            onPage.Faults.OrderBy(static fault => fault.Where.StartsWith("app.MapMetrics(\"/metrics\")", StringComparison.Ordinal) ? 0 : 1).Select(static fault => fault.What));

        // Of the section, told once; and beside what is wrong elsewhere.
        var inSection = await Assert.ThrowsAsync<RouteMiddlewareException>(() => MetricsApp.StartAsync(
            settings: [new("RouteMiddleware:Metrics:MaxSeries", "many"), new("RouteMiddleware:Timing:Format", "0.0x")]));
        Assert.Single(inSection.Faults, static fault => fault.Where == "RouteMiddleware:Metrics:MaxSeries");

        var inList = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("metrics"),
            static app => app.UseRouteMiddleware(),
            settings));
        Assert.Contains("MaxSeries (100001) must be from 1 to 100000", inList.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    public async Task MaxSeries_AtItsLimits_IsTaken(int maxSeries)
    {
        await using var app = await MetricsApp.StartAsync(configure: options => options.MaxSeries = maxSeries);

        Assert.Equal(200, await app.GetAsync("/metrics"));
    }

    [Fact]
    public async Task MapMetrics_WithoutTheServices_SaysWhatToCall()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(static _ => { }, static app => app.MapMetrics()));

        Assert.Contains("AddRouteMiddleware()", error.Message, StringComparison.Ordinal);
    }
}
