using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Introspection;

public sealed class MiddlewareChainsTests
{
    [Fact]
    public async Task Chain_OfAnEndpoint_HoldsWhatRunsThere()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGroup("/group").WithMiddleware("rate_limit:5/1m", "security_headers").MapGet("/route", static () => "ok")
                    .WithMiddleware(static (context, next) => next(context))
                    .WithoutMiddleware("timing", "security_headers");
            },
            new Dictionary<string, string?>
            {
                ["RouteMiddleware:Middleware:0"] = "request_id",
                ["RouteMiddleware:Middleware:1"] = "timing",
                ["RouteMiddleware:Middleware:2:Name"] = "security_headers",
                ["RouteMiddleware:Middleware:2:Enabled"] = "false",
            });
        var chains = app.App.Services.GetRequiredService<IMiddlewareChains>();
        var endpoint = app.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.Single();

        var links = chains.Of(endpoint);

        Assert.Equal(["request_id", "rate_limit:5/1m", "(delegate)"], links.Select(static link => link.ToString()));
        Assert.Equal([true, false, false], links.Select(static link => link.IsGlobal));
        Assert.Equal("RouteMiddleware:Middleware:0", links[0].Origin);
        Assert.Contains("MiddlewareChainsTests.cs:", links[1].Origin, StringComparison.Ordinal);
        Assert.Equal(["request_id", "timing"], chains.Of(null).Select(static link => link.Name));
    }
}
