using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Authorization;

/// <summary>Where what an endpoint asks for is checked, with <c>authorization</c> in the global list.</summary>
public sealed class AuthorizationPlaceTests
{
    // The list takes over from the UseAuthorization() that WebApplication would put in front of it, unless it would leave requests unguarded.
    [Theory]
    [InlineData("", "seen")]
    [InlineData("/closed", null)]
    [InlineData("/elsewhere", null)]
    public async Task Requirement_OfTheEndpoint_IsAskedWhereTheListSays(string include, string? trail)
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal)
        {
            ["RouteMiddleware:Middleware:0"] = "seen",
            ["RouteMiddleware:Middleware:1:Name"] = "authorization",
        };

        if (include.Length > 0)
        {
            values["RouteMiddleware:Middleware:1:Include:0"] = include;
        }

        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                AddServices(builder.Services);
                builder.Services.AddRouteMiddleware().AddMiddleware("seen", Trail.Step("seen"));
            },
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/closed", static () => "closed").RequireAuthorization();
            },
            values);

        using var response = await app.Client.GetAsync(new Uri("/closed", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(trail, response.Headers.TryGetValues(Trail.Header, out var left) ? string.Join(' ', left) : null);
    }

    [Fact]
    public async Task Requirement_OfAnEndpointThatTakesTheListsOff_IsNeverPassedBy()
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal) { ["RouteMiddleware:Middleware:0"] = "authorization" };
        await using var app = await TestApp.StartAsync(
            static builder => AddServices(builder.Services),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapGet("/closed", static () => "closed").RequireAuthorization().WithoutMiddleware("authorization");
            },
            values);

        using var response = await app.Client.GetAsync(new Uri("/closed", UriKind.Relative));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Theory]
    [InlineData("/missing")]
    [InlineData("/throws")]
    public async Task Requirement_OfAnErrorPage_IsAskedThoughTheFirstEndpointHadNone(string path)
    {
        Dictionary<string, string?> values = new(StringComparer.Ordinal) { ["RouteMiddleware:Middleware:0"] = "authorization" };
        await using var app = await TestApp.StartAsync(
            static builder => AddServices(builder.Services),
            static app =>
            {
                app.UseStatusCodePagesWithReExecute("/page");
                app.UseExceptionHandler("/page");
                app.UseRouting();
                app.UseRouteMiddleware();
                app.MapGet("/missing", static () => Results.NotFound());
                app.MapGet("/throws", string () => throw new InvalidOperationException("not today"));
                app.MapGet("/page", static () => "for staff only").RequireAuthorization();
            },
            values);

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.DoesNotContain("staff", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static void AddServices(IServiceCollection services)
    {
        services.AddRouteMiddleware();
        services.AddAuthorization();
    }
}
