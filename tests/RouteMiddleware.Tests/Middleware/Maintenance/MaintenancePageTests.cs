using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Maintenance;

/// <summary>An error page is another run of the same request, under a path of its own.</summary>
public sealed class MaintenancePageTests
{
    [Theory]
    [InlineData("/health/nowhere", HttpStatusCode.NotFound, "page 404")]
    [InlineData("/health/throws", HttpStatusCode.InternalServerError, "page 500")]
    [InlineData("/orders", HttpStatusCode.ServiceUnavailable, "maintenance_mode")]
    [InlineData("/pages/404", HttpStatusCode.ServiceUnavailable, "maintenance_mode")]
    public async Task ErrorPage_OfAPathThatStaysOpen_IsShown(string path, HttpStatusCode status, string text)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.UseStatusCodePagesWithReExecute("/pages/{0}");
                app.UseExceptionHandler("/pages/500");
                app.UseRouting();
                app.UseRouteMiddleware();
                app.MapGet("/pages/{code}", static (int code) => $"page {code}");
                app.MapGet("/health/throws", string () => throw new InvalidOperationException("not today"));
            },
            [new("RouteMiddleware:Middleware:0", "maintenance"), new("RouteMiddleware:Maintenance:Enabled", "true")]);

        using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(text, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
