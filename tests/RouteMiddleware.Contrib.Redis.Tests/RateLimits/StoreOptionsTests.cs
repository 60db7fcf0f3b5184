using Microsoft.AspNetCore.Builder;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

public sealed class StoreOptionsTests
{
    private static readonly Action<WebApplication> OneRoute = static app => app.MapGet("/", static () => "ok").WithMiddleware("rate_limit");

    [Fact]
    public async Task Store_WithoutAConfiguredRedis_StopsTheStart()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => Instances.StartOneAsync(redis: null, OneRoute));

        Assert.Contains(error.Faults, static fault => fault.What.Contains("Store ('redis') can't be used: no Redis is configured. Set RouteMiddleware:Redis:Configuration", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Store_ThatIsMistyped_StopsTheStart_AndNamesTheNearest()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => Instances.StartOneAsync("127.0.0.1:1", OneRoute, [Instances.Setting("Store", "redsi")], waits: false));

        Assert.Contains(error.Faults, static fault => fault.What.Contains("Store ('redsi') must be memory or redis. Did you mean 'redis'?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Store_WithOptionsThatItCantServe_StopsTheStart_NamingAll()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => Instances.StartOneAsync(
            "127.0.0.1:1",
            OneRoute,
            [Instances.Setting("QueueLimit", "5"), Instances.Setting("Name", "a b{}"), Instances.Setting("StoreTimeout", "0s")],
            waits: false));

        foreach (var expected in new[] { "QueueLimit (5) must be 0 with Store 'redis'", "Name ('a b{}') must be 1 to 64", "StoreTimeout (00:00:00)" })
        {
            Assert.Contains(error.Faults, fault => fault.What.Contains(expected, StringComparison.Ordinal));
        }
    }
}
