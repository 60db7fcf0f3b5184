using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.RequestId;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RequestId;

public sealed class RequestIdScopeTests : IDisposable
{
    private readonly ScopeSink _sink = new();

    public void Dispose() => _sink.Dispose();

    [Fact]
    public async Task LogLine_OfTheHandler_StandsInTheScope()
    {
        await using var app = await StartAsync(static app => app.Run(LogAsync("handled")));

        await SendAsync(app);

        Assert.Equal(["r-1"], _sink.RequestIdsByMessage["handled"]);
    }

    [Fact]
    public async Task LogLine_WithTheMiddlewareStandingTwice_StandsInOneScope()
    {
        await using var app = await StartAsync(app =>
        {
            RequestIdMiddlewareTests.Use(app, new(), app.Services.GetRequiredService<ILogger<RequestIdMiddleware>>());
            app.Run(LogAsync("handled"));
        });

        await SendAsync(app);

        Assert.Equal(["r-1"], _sink.RequestIdsByMessage["handled"]);
    }

    [Fact]
    public async Task LogLine_OfAPipelineThatAnExceptionHandlerRunsAgain_StandsInTheScope()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Logging.AddProvider(_sink),
            static app =>
            {
                app.UseExceptionHandler("/error");
                RequestIdMiddlewareTests.Use(app, new(), app.Services.GetRequiredService<ILogger<RequestIdMiddleware>>());
                app.Run(static context => context.Request.Path == "/error" ? LogAsync("apologised")(context) : throw new InvalidOperationException("broken"));
            });

        await SendAsync(app);

        Assert.Equal(["r-1"], _sink.RequestIdsByMessage["apologised"]);
    }

    [Fact]
    public async Task LogLine_AfterTheRequest_StandsInNoScope()
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Logging.AddProvider(_sink),
            static app =>
            {
                app.Use(static async (context, next) =>
                {
                    await next(context);
                    context.RequestServices.GetRequiredService<ILogger<RequestIdScopeTests>>().LogInformation("after");
                });
                RequestIdMiddlewareTests.Use(app, new(), app.Services.GetRequiredService<ILogger<RequestIdMiddleware>>());
                app.Run(static context => context.Response.WriteAsync(""));
            });

        await SendAsync(app);

        Assert.Empty(_sink.RequestIdsByMessage["after"]);
    }

    [Fact]
    public void Pass_WithoutALogger_IsTheNextTaskItself()
    {
        var middleware = new RequestIdMiddleware(new(), new RequestIdSource(RandomNumberGenerator.Create()), NullLogger<RequestIdMiddleware>.Instance);
        var task = new TaskCompletionSource().Task;

        Assert.Same(task, middleware.InvokeAsync(new DefaultHttpContext(), _ => task));
    }

    private static RequestDelegate LogAsync(string message) => context =>
    {
        context.RequestServices.GetRequiredService<ILogger<RequestIdScopeTests>>().LogInformation("{Message}", message);
        return context.Response.WriteAsync(message);
    };

    private Task<TestApp> StartAsync(Action<WebApplication> rest)
        => TestApp.StartAsync(
            builder => builder.Logging.AddProvider(_sink),
            app =>
            {
                RequestIdMiddlewareTests.Use(app, new(), app.Services.GetRequiredService<ILogger<RequestIdMiddleware>>());
                rest(app);
            });

    private static async Task SendAsync(TestApp app)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, app.Address) { Headers = { { "X-Request-ID", "r-1" } } };
        using var response = await app.Client.SendAsync(request);
        Assert.Equal("r-1", Assert.Single(response.Headers.GetValues("X-Request-ID")));
    }
}
