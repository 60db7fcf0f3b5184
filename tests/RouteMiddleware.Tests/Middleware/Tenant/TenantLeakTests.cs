using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Middleware.Tenant;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Tenant;

public sealed class TenantLeakTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task T2_ConcurrentRequestsOnKeptConnections_SeeTheirOwnTenantAlone(bool known)
    {
        using var scopes = new ScopeSink();
        await using var app = await TenantApp.StartAsync(
            o => (o.Required, o.Known) = (false, known ? [.. Enumerable.Range(0, 32).Select(static i => $"tenant-{i}")] : null),
            services: services => services.AddSingleton<ILoggerProvider>(scopes),
            map: app => app.MapGet("/tasks/{id}", async (string id, HttpContext context, ILogger<TenantLeakTests> logger) =>
            {
                var first = context.GetTenantId();
                await Task.Yield();
                logger.LogInformation("worked {Id}", id);
                return first == context.GetTenantId() ? first ?? "(none)" : "changed";
            }).WithTenant(o => (o.Required, o.Known) = (false, known ? [.. Enumerable.Range(0, 32).Select(static i => $"tenant-{i}")] : null)));

        await Task.WhenAll(Enumerable.Range(0, 32).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                // Every third request is nobody's: it must not inherit from the one before on its connection.
                var tenant = i % 3 == 2 ? "(none)" : $"tenant-{(worker + i) % 32}";
                var id = $"{worker}-{i}";
                Assert.Equal(tenant, await app.AskAsync($"/tasks/{id}", headers: ("X-Tenant-ID", tenant == "(none)" ? "" : tenant)));
                Assert.Equal(tenant == "(none)" ? "" : $"TenantId:{tenant}", scopes.TenantsByMessage[$"worked {id}"]);
            }
        })));
    }

    [Fact]
    public async Task T4_LogLines_CarryTheTenantAsAScopeOfAllThatRunsBehind()
    {
        using var scopes = new ScopeSink();
        await using var app = await TenantApp.StartAsync(
            services: services => services.AddSingleton<ILoggerProvider>(scopes),
            map: static app => app.MapGet("/log", static (ILogger<TenantLeakTests> logger) => logger.LogInformation("inside")).WithTenant());

        await app.AskAsync("/log?tenant_id=acme");

        Assert.Equal("TenantId:acme", scopes.TenantsByMessage["inside"]);
    }

    [Fact]
    public async Task Tenant_OfARequestThatFailed_IsStillThereForTheErrorPage()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("tenant"),
            static app =>
            {
                app.UseExceptionHandler("/error");
                app.UseRouteMiddleware();
                app.Map("/error", static (HttpContext context) => $"sorry, {context.GetTenantId()}");
                app.MapGet("/t/{tenant}/fail", static string () => throw new InvalidOperationException("broken"));
            });

        using var response = await app.Client.GetAsync(new Uri("/t/acme/fail", UriKind.Relative));

        Assert.Equal("500 sorry, acme", $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    [Theory]
    [InlineData("acme", "/inner?t=acme", "acme")]
    [InlineData("acme", "/inner", "acme")]
    [InlineData("acme", "/inner?t=other", "403 tenant_mismatch")]
    [InlineData("other", "/inner", "404 tenant_unknown")]
    [InlineData("", "/inner?t=acme", "400 tenant_missing")]
    public async Task Tenant_FoundByAnOuterMiddleware_IsHeldByTheInnerOne(string header, string path, string expected)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().Use("tenant"),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/inner", static (TenantId tenant) => tenant.Value).WithTenant(static o => (o.Sources, o.Known) = (["query:t"], ["acme"]));
            });

        Assert.Equal(expected, await app.AskAsync(path, headers: ("X-Tenant-ID", header)));
    }

    [Fact]
    public async Task Refusals_AreCountedByRouteAndReason()
    {
        ConcurrentQueue<string> counted = new();
        await using var app = await TenantApp.StartAsync();
        var meters = app.App.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "routemiddleware.tenant.refusals")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counted.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(static tag => tag.Value))}"));
        listener.Start();

        await app.AskAsync("/");
        await app.AskAsync("/t/a.b");
        await app.AskAsync("/t/acme", claims: "tenant_id=other");
        await app.AskAsync("/?tenant_id=a&tenant_id=b");
        await app.AskAsync("/t/acme");

        Assert.Equal(["1 / refused missing", "1 /t/{tenant} refused unknown", "1 /t/{tenant} refused mismatch", "1 / refused ambiguous"], counted);
    }

    /// <summary>Keeps each log line with the tenant's scope around it.</summary>
    private sealed class ScopeSink : ILoggerProvider, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentDictionary<string, string> TenantsByMessage { get; } = new(StringComparer.Ordinal);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public ILogger CreateLogger(string categoryName) => new Logger(this);

        public void Dispose()
        {
        }

        private sealed class Logger(ScopeSink sink) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
                => sink._scopes.Push(state);

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                List<string> found = [];
                sink._scopes.ForEachScope(
                    static (scope, found) =>
                    {
                        if (scope is IReadOnlyList<KeyValuePair<string, object?>> { Count: 1 } values && values.Single() is { Key: "TenantId", Value: string id })
                        {
                            Assert.Equal($"TenantId:{id}", scope.ToString());
                            found.Add($"TenantId:{id}");
                        }
                    },
                    found);
                sink.TenantsByMessage[formatter(state, exception)] = string.Join(' ', found);
            }
        }
    }
}
