using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Antiforgery;
using RouteMiddleware.Middleware.Authorization;
using RouteMiddleware.Middleware.ForwardedHeaders;
using RouteMiddleware.Middleware.Hsts;
using RouteMiddleware.Middleware.HttpLogging;
using RouteMiddleware.Middleware.HttpsRedirection;
using RouteMiddleware.Middleware.OutputCache;
using RouteMiddleware.Middleware.RequestDecompression;
using RouteMiddleware.Middleware.RequestTimeout;
using RouteMiddleware.Middleware.StaticFiles;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware;

public sealed class InBoxReloadTests
{
    public static TheoryData<Type, Type> Classes => new()
    {
        { typeof(AntiforgeryMiddleware), typeof(AntiforgeryOptions) },
        { typeof(AuthorizationMiddleware), typeof(AuthorizationOptions) },
        { typeof(ForwardedHeadersMiddleware), typeof(RouteMiddleware.Middleware.ForwardedHeaders.ForwardedHeadersOptions) },
        { typeof(HstsMiddleware), typeof(HstsOptions) },
        { typeof(HttpLoggingMiddleware), typeof(HttpLoggingOptions) },
        { typeof(HttpsRedirectionMiddleware), typeof(HttpsRedirectionOptions) },
        { typeof(OutputCacheMiddleware), typeof(OutputCacheOptions) },
        { typeof(RequestDecompressionMiddleware), typeof(RequestDecompressionOptions) },
        { typeof(RequestTimeoutMiddleware), typeof(RequestTimeoutOptions) },
        { typeof(StaticFilesMiddleware), typeof(StaticFilesOptions) },
    };

    /// <summary>When settings change, a new instance takes over and the old one is disposed: nothing that both use may go with it.</summary>
    [Theory]
    [MemberData(nameof(Classes))]
    public async Task Instance_AfterItsForerunnerIsDisposed_Serves(Type type, Type options)
    {
        IMiddleware? current = null;
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddAuthorization();
                builder.Services.AddAntiforgery();
            },
            app =>
            {
                app.Use((context, next) => current!.InvokeAsync(context, _ => next(context)));
                app.MapGet("/", static () => "hello");
            });

        for (var i = 0; i < 3; i++)
        {
            var forerunner = current;
            current = (IMiddleware)ActivatorUtilities.CreateInstance(app.App.Services, type, Activator.CreateInstance(options)!);
            (forerunner as IDisposable)?.Dispose();

            using var response = await app.Client.GetAsync(app.Address);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        }
    }
}
