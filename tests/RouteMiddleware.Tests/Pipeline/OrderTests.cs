using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Pipeline;

public sealed class OrderTests
{
    [Fact]
    public async Task Order_OverGlobalListTwoGroupsAndLateCalls_IsReadingOrder()
    {
        await using var app = await TestApp.StartAsync(
            builder => WithSteps(builder.Services.AddRouteMiddleware(), "g1", "g2", "g3", "a", "b", "c", "d", "e", "f", "h").Use("g3"),
            app =>
            {
                app.UseRouteMiddleware();
                var outer = app.MapGroup("/outer").WithMiddleware("a", "b");
                var inner = outer.MapGroup("/inner").WithMiddleware("d");
                inner.MapGet("/route", () => "ok").WithMiddleware("f").WithMiddleware("h");
                inner.WithMiddleware("e");
                outer.WithMiddleware("c");
            },
            new Dictionary<string, string?> { ["RouteMiddleware:Middleware:0"] = "g1", ["RouteMiddleware:Middleware:1"] = "G-2" });

        Assert.Equal("g1 g2 g3 a b c d e f h", await app.Client.TrailAsync("/outer/inner/route"));
    }

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/route", HttpStatusCode.MethodNotAllowed)]
    public async Task GlobalList_WithoutMatchingEndpoint_Runs(string method, string path, HttpStatusCode expected)
    {
        await using var app = await TestApp.StartAsync(
            builder => WithSteps(builder.Services.AddRouteMiddleware(), "g1", "a").Use("g1"),
            app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/route", () => "ok").WithMiddleware("a");
            });

        using var response = await app.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)));

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("g1", Assert.Single(response.Headers.GetValues(Trail.Header)));
    }

    [Fact]
    public async Task Exclusion_OnARoute_TakesOffGroupAndGlobalList()
    {
        await using var app = await TestApp.StartAsync(
            builder => WithSteps(builder.Services.AddRouteMiddleware(), "g1", "g2", "a", "b").Use("g1", "g2"),
            app =>
            {
                app.UseRouteMiddleware();
                var group = app.MapGroup("/group").WithMiddleware("a", "b");
                group.MapGet("/all", () => "ok");
                group.MapGet("/some", () => "ok").WithoutMiddleware("a", "g1");
                group.MapGet("/again", () => "ok").WithoutMiddleware("a").WithMiddleware("a");
            });

        Assert.Equal("g1 g2 a b", await app.Client.TrailAsync("/group/all"));
        Assert.Equal("g2 b", await app.Client.TrailAsync("/group/some"));
        Assert.Equal("g1 g2 b a", await app.Client.TrailAsync("/group/again"));
    }

    private static RouteMiddlewareBuilder WithSteps(RouteMiddlewareBuilder builder, params string[] names)
    {
        foreach (var name in names)
        {
            builder.AddMiddleware(name, Trail.Step(name));
        }

        return builder;
    }
}
