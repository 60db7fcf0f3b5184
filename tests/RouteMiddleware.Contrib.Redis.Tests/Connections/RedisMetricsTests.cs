using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Connections;

public sealed class RedisMetricsTests
{
    [Fact]
    public async Task Calls_AreCountedByOperationAndOutcome_AndMeasured()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await RedisApp.StartConnectedAsync(server.Configuration);
        var counts = new ConcurrentDictionary<string, long>();
        var durations = new ConcurrentBag<double>();
        var circuit = -1;
        using var listener = Listen(app.Services.GetRequiredService<IMeterFactory>(), counts, durations, state => circuit = state);

        await app.AddAsync("{a}");
        await app.Redis.CallAsync("get", static database => database.StringGetAsync("rm:{a}"), RedisApp.Patience);
        await server.CommandAsync("LPUSH", "rm:{list}", "one");
        await Assert.ThrowsAsync<RedisUnavailableException>(() => app.AddAsync("{list}").AsTask());
        listener.RecordObservableInstruments();
        Assert.Equal(0, circuit);

        using var gone = new CancellationTokenSource();
        server.Freeze();
        var cancelled = app.Redis.EvaluateAsync(RedisApp.Add, ["rm:{a}"], [1], TimeSpan.FromMinutes(1), gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Eventually.HoldsAsync(async () => !await app.AnswersAsync() && counts.ContainsKey("add circuit_open"));
        listener.RecordObservableInstruments();
        server.Thaw();

        Assert.Equal(2, circuit);
        Assert.Equal(1, counts["add ok"]);
        Assert.Equal(1, counts["get ok"]);
        Assert.Equal(1, counts["add refused"]);
        Assert.Equal(1, counts["add cancelled"]);
        Assert.True(counts["add timeout"] > 0);
        Assert.True(durations.Max() > 0.2);
    }

    private static MeterListener Listen(IMeterFactory factory, ConcurrentDictionary<string, long> counts, ConcurrentBag<double> durations, Action<int> circuit)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == factory && instrument.Name.StartsWith("routemiddleware.redis.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counts.AddOrUpdate($"{Tag(tags, "operation")} {Tag(tags, "outcome")}", value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => durations.Add(value));
        listener.SetMeasurementEventCallback<int>((_, value, _, _) => circuit(value));
        listener.Start();
        return listener;
    }

    private static object? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name)
            {
                return tag.Value;
            }
        }

        return null;
    }
}
