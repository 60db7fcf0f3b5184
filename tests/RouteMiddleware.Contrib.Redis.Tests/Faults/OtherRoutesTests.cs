using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Contrib.Redis.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Faults;

public sealed class OtherRoutesTests
{
    [Fact]
    public async Task P8_AThousandStalledCalls_LeaveOtherRoutesAlone()
    {
        await using var server = await RedisServer.StartAsync();
        RedisApp? used = null;
        await using var app = used = await RedisApp.StartConnectedAsync(
            server.Configuration,
            map: routes =>
            {
                routes.MapGet("/redis", async () => await used!.AddAsync("{a}", TimeSpan.FromSeconds(10)));
                routes.MapGet("/other", static () => "ok");
            });
        await app.AddAsync("{a}");
        server.Freeze();

        var stalled = Enumerable.Range(0, 1000).Select(_ => app.AddAsync("{a}", TimeSpan.FromSeconds(20)).AsTask()).ToArray();
        var requests = Enumerable.Range(0, 50).Select(_ => app.App.Client.GetAsync(new Uri("/redis", UriKind.Relative))).ToArray();

        for (var request = 0; request < 200; request++)
        {
            Assert.Equal("ok", await app.App.Client.GetStringAsync(new Uri("/other", UriKind.Relative)).WaitAsync(TimeSpan.FromSeconds(5)));
        }

        Assert.All(stalled, static call => Assert.False(call.IsCompleted));
        server.Thaw();
        await Task.WhenAll(stalled).WaitAsync(TimeSpan.FromSeconds(30));

        foreach (var request in requests)
        {
            using var answer = await request;
            Assert.True(answer.IsSuccessStatusCode);
        }
    }
}
