using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Maintenance;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Maintenance;

public sealed class MaintenanceSwitchTests
{
    private const HttpStatusCode Open = HttpStatusCode.OK;
    private const HttpStatusCode Closed = HttpStatusCode.ServiceUnavailable;

    [Fact]
    public async Task M1_Switch_ClosesAndOpensWithoutARestart()
    {
        await using var app = await MaintenanceApp.StartAsync();

        app.Switch.TurnOn();
        Assert.True(app.Switch.IsOn);
        Assert.Equal((Closed, Open), (await app.StatusAsync(), await app.StatusAsync("/health")));

        app.Switch.TurnOff();
        Assert.False(app.Switch.IsOn);
        Assert.Equal(Open, await app.StatusAsync());
        Assert.Equal(["TurnedOn", "TurnedOff"], app.App.Logs.Records.Where(static record => record.Category.EndsWith("MaintenanceSwitch", StringComparison.Ordinal)).Select(static record => record.EventId.Name));
    }

    [Theory]
    [InlineData(null, 0, "From the settings", 60)]
    [InlineData("A disk is swapped", 0, "A disk is swapped", 60)]
    [InlineData("A disk is swapped", 10.5, "A disk is swapped", 11)]
    [InlineData(" ", 10, "From the settings", 10)]
    public async Task Switch_WithAMessageAndAnEnd_TellsThem(string? message, double seconds, string detail, int retryAfter)
    {
        await using var app = await MaintenanceApp.StartAsync("Message=From the settings, RetryAfter=60s");

        app.Switch.TurnOn(message, seconds > 0 ? app.Clock.GetUtcNow().AddSeconds(seconds) : null);
        using var response = await app.GetAsync();

        Assert.Equal(detail, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.Equal(TimeSpan.FromSeconds(retryAfter), response.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("Enabled=false", 9.999, Closed)]
    [InlineData("Enabled=false", 10, Open)]
    [InlineData("Enabled=true", 9.999, Closed)]
    [InlineData("Enabled=true", 10, Open)]
    public async Task Switch_WithAnEnd_OpensAtThatMoment(string settings, double later, HttpStatusCode expected)
    {
        await using var app = await MaintenanceApp.StartAsync(settings);
        app.Switch.TurnOn(until: app.Clock.GetUtcNow().AddSeconds(10));

        app.Clock.Advance(TimeSpan.FromSeconds(later));

        Assert.Equal(expected, await app.StatusAsync());
        Assert.Equal(expected == Closed, app.Switch.IsOn);
    }

    [Fact]
    public async Task Switch_WithAnEndThatIsPast_OpensAndSaysSo()
    {
        await using var app = await MaintenanceApp.StartAsync();

        app.Switch.TurnOn(until: app.Clock.GetUtcNow());

        Assert.Equal(Open, await app.StatusAsync());
        Assert.Single(app.App.Logs.Records, static record => record.EventId.Name == "OnTooLate");
    }

    [Fact]
    public async Task TurnOff_WhereTheSettingsSayEnabled_OpensAllTheSame()
    {
        await using var app = await MaintenanceApp.StartAsync("Enabled=true", static app => app.MapGet("/own", static () => "").WithMaintenance(static o => o.Enabled = true));
        Assert.Equal((Closed, Closed), (await app.StatusAsync(), await app.StatusAsync("/own")));

        app.Switch.TurnOff();

        Assert.False(app.Switch.IsOn);
        Assert.Equal((Open, Open), (await app.StatusAsync(), await app.StatusAsync("/own")));
    }

    [Fact]
    public async Task M1_RequestsInFlight_FinishWhenTheDoorsClose()
    {
        var isReached = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        await using var app = await MaintenanceApp.StartAsync(map: app => app.MapGet("/slow", async () =>
        {
            isReached.SetResult();
            await mayEnd.Task;
            return "done";
        }));
        var running = app.StatusAsync("/slow");
        await isReached.Task;

        app.Switch.TurnOn();
        Assert.Equal(Closed, await app.StatusAsync());
        mayEnd.SetResult();

        Assert.Equal(Open, await running);
    }

    // Said; then the settings change from the first to the second; then it is expected.
    [Theory]
    [InlineData("off", false, false, false)]
    [InlineData("off", false, true, true)]
    [InlineData("off", true, true, false)]
    [InlineData("off", true, false, false)]
    [InlineData("on", false, false, true)]
    [InlineData("on", false, true, true)]
    [InlineData("on", true, true, true)]
    [InlineData("on", true, false, false)]
    [InlineData("", false, true, true)]
    [InlineData("", true, false, false)]
    public async Task M3_LastWord_CountsUntilTheSettingsSaySomethingElse(string said, bool before, bool after, bool isClosed)
    {
        var bench = new Bench { Options = { Enabled = before } };
        var old = bench.Create();
        bench.Say(said);
        var wasClosed = await old.IsClosedAsync();

        bench.Options = new() { Enabled = after, Message = "Changed, which is no word about opening" };
        var renewed = bench.Create();

        Assert.Equal(isClosed, await renewed.IsClosedAsync());
        Assert.Equal(isClosed, bench.Switch.IsOn);

        // Requests that are still with the old one are decided as before.
        Assert.Equal(wasClosed, await old.IsClosedAsync());
    }

    [Fact]
    public async Task M3_SettingsThatComeAndGo_AreNewerThanAnOldWordEachTime()
    {
        var bench = new Bench();
        bench.Create();
        bench.Say("on");
        bench.Options = new() { Enabled = true };
        bench.Create();
        bench.Options = new();
        Assert.False(await bench.Create().IsClosedAsync());

        bench.Say("on");
        Assert.True(await bench.Create().IsClosedAsync());

        bench.Options = new() { Until = bench.Clock.GetUtcNow().AddHours(1) };
        Assert.False(await bench.Create().IsClosedAsync());
    }

    [Fact]
    public async Task Switch_TurnedByManyThreads_EndsAsTheLastOneSaid()
    {
        var bench = new Bench();
        var middleware = bench.Create();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            for (var n = 0; n < 1_000; n++)
            {
                bench.Say((i + n) % 2 == 0 ? "on" : "off");
                _ = bench.Switch.IsOn;
                bench.Create();
            }
        })));

        bench.Say("on");
        Assert.True(await middleware.IsClosedAsync());
        bench.Say("off");
        Assert.False(await middleware.IsClosedAsync());
    }

    [Fact]
    public async Task Refusals_AreCountedByRouteAndReason()
    {
        var bench = new Bench { Options = { Enabled = true } };
        List<string> counted = [];
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, bench.Meters) && instrument.Name == "routemiddleware.maintenance.refusals")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Add($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();
        var middleware = bench.Create();

        Assert.True(await middleware.IsClosedAsync());
        bench.Say("on");
        Assert.True(await middleware.IsClosedAsync());
        bench.Say("off");
        Assert.False(await middleware.IsClosedAsync());

        Assert.Equal(["1 (none) refused settings", "1 (none) refused switch"], counted);
    }

    [Fact]
    public void Pass_WhileOpen_AllocatesNothing()
    {
        var bench = new Bench { Options = { Until = DateTimeOffset.MaxValue } };
        var middleware = bench.Create().Middleware;
        bench.Say("off");
        var context = new DefaultHttpContext();
        var rest = new TaskCompletionSource();
        var next = new RequestDelegate(_ => rest.Task);

        Assert.Same(rest.Task, middleware.InvokeAsync(context, next));
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            _ = middleware.InvokeAsync(context, next);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>The switch with middleware made and made again, as the pipeline does when the settings change.</summary>
    private sealed class Bench : ISharedOptions
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddLogging().AddProblemDetails().BuildServiceProvider();

        public Bench()
        {
            Switch = new MaintenanceSwitch(this, Clock, NullLogger<MaintenanceSwitch>.Instance);
            Meters = _services.GetRequiredService<IMeterFactory>();
        }

        public event EventHandler? Reloaded;

        public MaintenanceOptions Options { get; set; } = new();

        public ManualClock Clock { get; } = new();

        public MaintenanceSwitch Switch { get; }

        public IMeterFactory Meters { get; }

        public TOptions Get<TOptions>(string alias)
            where TOptions : class
            => Assert.IsType<TOptions>(Options);

        public void Say(string word)
        {
            switch (word)
            {
                case "on":
                    Switch.TurnOn();
                    break;
                case "off":
                    Switch.TurnOff();
                    break;
            }
        }

        public Door Create()
        {
            Door door = new(new(Options, Switch, Switch, Clock, NullLogger<MaintenanceMiddleware>.Instance, new(Meters)), _services);
            Reloaded?.Invoke(this, EventArgs.Empty);
            return door;
        }
    }

    private sealed record Door(MaintenanceMiddleware Middleware, IServiceProvider Services)
    {
        public async Task<bool> IsClosedAsync()
        {
            var context = new DefaultHttpContext { RequestServices = Services };
            await Middleware.InvokeAsync(context, static _ => Task.CompletedTask);
            return context.Response.StatusCode == StatusCodes.Status503ServiceUnavailable;
        }
    }
}
