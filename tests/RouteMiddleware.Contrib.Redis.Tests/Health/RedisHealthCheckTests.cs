using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Health;

public sealed class RedisHealthCheckTests
{
    [Fact]
    public async Task Server_ThatAnswers_IsHealthy()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await StartAsync(server.Configuration, isThere: true);

        var entry = await CheckAsync(app);

        // A busy machine may be slow; then it says so.
        Assert.Contains(entry.Status, (HealthStatus[])[HealthStatus.Healthy, HealthStatus.Degraded]);
        Assert.True((double)entry.Data["milliseconds"] >= 0);
        await Eventually.HoldsAsync(async () => await app.App.Client.GetStringAsync(new Uri("/health", UriKind.Relative)) == "Healthy");
    }

    [Fact]
    public async Task Server_ThatIsAway_IsUnhealthyWithItsReasonAndNoPassword()
    {
        await using var app = await StartAsync("127.0.0.1:1,password=hidden");

        HealthReportEntry entry = default;

        // The first attempt may not be over yet.
        await Eventually.HoldsAsync(async () =>
        {
            entry = await CheckAsync(app);
            Assert.Equal(HealthStatus.Unhealthy, entry.Status);
            return entry.Description?.Contains("the connection is refused", StringComparison.Ordinal) == true;
        });
        Assert.DoesNotContain("hidden", $"{entry.Description}{entry.Exception}{string.Join(' ', entry.Data)}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatIsFrozen_IsUnhealthyInBoundedTime_AndHealthyAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await StartAsync(server.Configuration, isThere: true);
        await app.AddAsync("{a}");
        server.Freeze();

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(app)).Status);
        server.Thaw();

        await Eventually.HoldsAsync(async () => (await CheckAsync(app)).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task Server_ThatTakesNoWrites_IsDegraded()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await StartAsync(server.Configuration, isThere: true);
        await app.AddAsync("{a}");
        await server.CommandAsync("CONFIG", "SET", "maxmemory", "1");

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("OOM", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatThrowsAnyKeyAway_IsDegraded()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        await using var app = await StartAsync(server.Configuration, isThere: true);
        await app.AddAsync("{a}");

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("allkeys-lru", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nowhere_IsUnhealthy()
    {
        await using var app = await StartAsync(null);

        var entry = await CheckAsync(app);

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("nothing says where it is", entry.Description, StringComparison.Ordinal);
    }

    private static async Task<RedisApp> StartAsync(string? configuration, bool isThere = false)
    {
        var app = await RedisApp.StartAsync(
            configuration,
            static builder => builder.Services.AddHealthChecks().AddRouteMiddlewareRedis(),
            static app => app.MapHealthChecks("/health"));

        if (isThere)
        {
            await app.ConnectedAsync();
        }

        return app;
    }

    private static async Task<HealthReportEntry> CheckAsync(RedisApp app)
    {
        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return report.Entries["redis"];
    }
}
