using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

public sealed class RateLimitMetricsTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public async Task R3_Decisions_AreCountedByRouteOutcomeAndReason()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        List<string> counted = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.rate_limit.decisions")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Add($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();

        using var limit = Limits.Create(
            new RateLimitOptions { PermitLimit = 1, MaxPartitions = 1 },
            _clock,
            NullLogger<RateLimitMiddleware>.Instance,
            meters);
        await limit.PassAsync(At("/orders/{id}", "192.0.2.1"));
        await limit.PassAsync(At("/orders/{id}", "192.0.2.1"));
        await limit.PassAsync(At("/orders/{id}", "192.0.2.2"));
        await limit.PassAsync("192.0.2.2");

        Assert.Equal(["1 /orders/{id} admitted none", "1 /orders/{id} refused limit", "1 /orders/{id} admitted overflow", "1 (none) refused overflow"], counted);
    }

    public void Dispose() => _services.Dispose();

    private static DefaultHttpContext At(string template, string address)
    {
        var context = Limits.From(address);
        context.SetEndpoint(new RouteEndpoint(static _ => Task.CompletedTask, RoutePatternFactory.Parse(template), 0, metadata: null, displayName: null));
        return context;
    }
}
