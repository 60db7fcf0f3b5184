using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware;

public sealed class InBoxDoorTests
{
    /// <summary>ASP.NET Core has doors of like names on the same builders; the compiler must tell them apart, whichever arguments are left out.</summary>
    [Fact]
    public async Task Doors_OfFrameworkAndLibrary_AreToldApart()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddAuthorization();
                builder.Services.AddAntiforgery();
            },
            static app =>
            {
                app.MapGroup("")
                    .WithForwardedHeaders(static o => o.ForwardLimit = 2)
                    .WithHttpLogging().WithHttpLogging(HttpLoggingFields.RequestMethod, responseBodyLogLimit: 1)
                    .WithHttpsRedirection(static o => o.StatusCode = 308)
                    .WithHsts(static o => o.Preload = true)
                    .WithAuthorization().AllowAnonymous()
                    .WithAntiforgery().DisableAntiforgery()
                    .WithRequestDecompression()
                    .WithOutputCache(static o => o.Duration = TimeSpan.FromSeconds(1)).CacheOutput().CacheOutput(static policy => policy.NoCache())
                    .WithStaticFiles(static o => o.RequestPath = "/files")
                    .MapGet("/", static () => "hello")
                    .WithRequestTimeout().WithRequestTimeout(static o => o.StatusCode = 503);
                app.MapGet("/other", static () => "hello").WithRequestTimeout(new RequestTimeoutPolicy()).DisableRequestTimeout();
            });

        Assert.Equal("hello", await app.Client.GetStringAsync(app.Address));
    }
}
