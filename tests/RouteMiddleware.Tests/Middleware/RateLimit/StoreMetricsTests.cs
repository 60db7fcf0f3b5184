using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class StoreMetricsTests
{
    [Theory]
    [InlineData("Local", "admitted none, refused limit, refused remembered, admitted store_local, refused store_local")]
    [InlineData("Open", "admitted none, refused limit, refused remembered, admitted store_open, admitted store_open")]
    [InlineData("Closed", "admitted none, refused limit, refused remembered, refused store_closed, refused store_closed")]
    public async Task Decisions_OfAStore_AreCountedByReason(string onFailure, string expected)
    {
        var store = new FakeStore();
        var counted = new List<string>();
        await using var app = await Limits.StartAsync(
            new ManualClock(),
            static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:1/1m"),
            [new("RouteMiddleware:RateLimit:Store", "fake"), new("RouteMiddleware:RateLimit:OnStoreFailure", onFailure)],
            services => services.AddSingleton<IRateLimitStore>(store));
        using var listener = new MeterListener();
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "routemiddleware.rate_limit.decisions" && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Add($"{Of(tags, "outcome")} {Of(tags, "reason")}"));
        listener.Start();

        await app.StatusAsync("/");
        store.Answer = static _ => new(IsAdmitted: false, 0, TimeSpan.FromSeconds(9), Permit: 0);
        await app.StatusAsync("/");
        await app.StatusAsync("/");
        store.Fails = true;
        await app.StatusAsync("/", "192.0.2.1");
        await app.StatusAsync("/", "192.0.2.1");

        Assert.Equal(expected, string.Join(", ", counted));

        static string? Of(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == name)
                {
                    return tag.Value?.ToString();
                }
            }

            return null;
        }
    }
}
