using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cors;

public sealed class CorsMetricsTests
{
    [Fact]
    public async Task Decisions_AreCountedByRouteOutcomeAndReason()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddMetrics().AddRouteMiddleware(),
            static app => app.MapPost("/orders/{id}", static (int id) => id).WithCors(static o => (o.AllowOrigins, o.RequireCorsOrSameOrigin) = ([CorsApp.Origin], true)));
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        ConcurrentQueue<string> counted = new();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.cors.decisions")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();

        await app.AskAsync("/orders/7", CorsApp.Origin, "POST");
        await app.AskAsync("/orders/7", "https://evil.example", "POST");
        await app.AskAsync("/orders/7", CorsApp.Origin, "POST", "x-a");
        await app.AskAsync("/orders/7", CorsApp.Origin, "POST", new string('x', 1025));
        await app.SendAsync("POST", "/orders/7", "https://evil.example");
        await app.SendAsync("POST", "/orders/7", CorsApp.Origin);

        Assert.Equal(
            [
                "1 /orders/{id} allowed none", "1 /orders/{id} denied origin", "1 /orders/{id} denied headers", "1 /orders/{id} denied size",
                "1 /orders/{id} refused cross_origin",
            ],
            counted);
    }

    [Fact]
    public async Task DeniedMethod_IsCounted()
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOrigins = [CorsApp.Origin], static builder => builder.Services.AddMetrics());
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        ConcurrentQueue<string> counted = new();
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.cors.decisions")
            {
                counted.Enqueue(string.Join(' ', tags.ToArray().Select(static tag => tag.Value)));
            }
        });
        listener.Start();

        await app.AskAsync("/", CorsApp.Origin, "DELETE");

        Assert.Equal(["(none) denied method"], counted);
    }
}
