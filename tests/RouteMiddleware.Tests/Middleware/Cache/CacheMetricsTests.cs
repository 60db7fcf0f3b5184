using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheMetricsTests
{
    [Fact]
    public async Task Requests_AreCountedByRouteOutcomeAndReason()
    {
        var counted = new ConcurrentQueue<string>();
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static web =>
            {
                web.UseRouteMiddleware();
                web.MapGet("/a/{id}", static (int id, HttpResponse response) =>
                {
                    response.Headers.CacheControl = id == 2 ? "no-store" : default;
                    return "a";
                }).WithMiddleware("cache");
            });
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "routemiddleware.cache.requests" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();

        foreach (var path in (string[])["/a/1", "/a/1", "/a/2"])
        {
            using var response = await app.Client.GetAsync(new Uri(app.Address, path));
        }

        using var asked = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/a/1")) { Headers = { { "Authorization", "x" } } };
        using var passed = await app.Client.SendAsync(asked);

        Assert.Equal(["1 /a/{id} miss none", "1 /a/{id} hit none", "1 /a/{id} miss cache_control", "1 /a/{id} pass request"], counted);
        Assert.Contains(app.Logs.Records, static record => record.Level == LogLevel.Debug && record.Message == "An answer of '/a/{id}' is not kept (cache_control).");
    }
}
