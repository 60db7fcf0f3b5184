using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests;

public sealed class MissingSessionTests
{
    [Fact]
    public async Task Start_WithAHandlerThatTakesTheSession_AndNoSessionInItsChain_IsRefusedTellingWhatToAdd()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware().AddSession(),
            app => app.MapGet("/cart", (RouteSession session) => session.Count)));

        var fault = Assert.Single(error.Faults);
        Assert.Equal("GET /cart", fault.Where);
        Assert.Contains("takes RouteSession 'session', but 'session' is not in its chain", fault.What, StringComparison.Ordinal);
        Assert.Contains(".WithMiddleware(\"session\")", fault.Fix, StringComparison.Ordinal);
    }
}
