using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Auth.Keys;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>The parts of <c>auth</c> put together by hand: no pipeline, no settings.</summary>
internal sealed class AuthRig
{
    private const string SecretKey = "RouteMiddleware:Auth:Secret";

    public AuthRig()
    {
        DenyList = new MemoryJwtDenyList(Clock);
        Verifiers = new BearerVerifiers(DenyList, new IssuerKeySources(Clock, NullLogger<IssuerKeySources>.Instance), Clock);
        Services = new ServiceCollection().AddLogging().BuildServiceProvider();
    }

    public ManualClock Clock { get; } = new();

    public MemoryJwtDenyList DenyList { get; }

    public BearerVerifiers Verifiers { get; }

    public IServiceProvider Services { get; init; }

    public static AuthOptions Options(Action<AuthOptions>? configure = null)
    {
        var options = new AuthOptions { Secret = TokenForge.Secret };
        configure?.Invoke(options);
        return options;
    }

    public AuthMiddleware Auth(Action<AuthOptions>? configure = null, IServiceProvider? services = null)
        => new(Options(configure), Verifiers, services ?? Services, NullLogger<AuthMiddleware>.Instance);

    public OptionalAuthMiddleware Optional(Action<AuthOptions>? configure = null)
        => new(Options(configure), Verifiers, Services, NullLogger<OptionalAuthMiddleware>.Instance);

    /// <summary>A request that brings the token.</summary>
    public HttpContext Request(string? token)
    {
        var context = new DefaultHttpContext { RequestServices = Services };
        context.Response.Body = new MemoryStream();

        if (token is not null)
        {
            context.Request.Headers.Authorization = $"Bearer {token}";
        }

        return context;
    }

    /// <summary>Runs one request, and tells whether it came through.</summary>
    public async Task<(bool Passed, HttpContext Context)> RunAsync(IMiddleware middleware, string? token)
    {
        var context = Request(token);
        var passed = false;
        await middleware.InvokeAsync(context, _ =>
        {
            passed = true;
            return Task.CompletedTask;
        });
        return (passed, context);
    }

    /// <summary>An application on a socket with <c>auth</c> around everything; it answers with the user's <c>sub</c>, or <c>anonymous</c>.</summary>
    public Task<TestApp> StartAsync(Action<AuthOptions>? configure = null, bool optional = false, Action<WebApplicationBuilder>? services = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddProblemDetails();
                services?.Invoke(builder);
            },
            app =>
            {
                IMiddleware middleware = optional
                    ? new OptionalAuthMiddleware(Options(configure), Verifiers, app.Services, app.Services.GetRequiredService<ILogger<OptionalAuthMiddleware>>())
                    : new AuthMiddleware(Options(configure), Verifiers, app.Services, app.Services.GetRequiredService<ILogger<AuthMiddleware>>());
                app.Use((context, next) => middleware.InvokeAsync(context, next));
                app.MapGet("/", (HttpContext context) => context.User.FindFirst("sub")?.Value ?? "anonymous");
                app.MapGet("/open", (HttpContext context) => context.User.FindFirst("sub")?.Value ?? "anonymous").AllowAnonymous();
            });

    /// <summary>An application with the pipeline, and with the secret among its settings.</summary>
    public static Task<TestApp> StartPipelineAsync(
        ManualClock clock,
        Action<WebApplication> map,
        Action<WebApplicationBuilder>? services = null,
        params KeyValuePair<string, string?>[] settings)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Services.AddRouteMiddleware();
                services?.Invoke(builder);
            },
            map,
            settings.Any(static setting => setting.Key == SecretKey) ? settings : [new(SecretKey, TokenForge.Secret), .. settings]);
}
