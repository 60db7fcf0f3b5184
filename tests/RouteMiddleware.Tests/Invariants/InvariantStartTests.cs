using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Invariants;

public sealed class InvariantStartTests
{
    [Fact]
    public async Task Start_WithBrokenRules_IsRefusedWithEveryBreachAndEveryOtherFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware("auth_like", static (context, next) => next(context)).AddMiddleware("limit_like", static (context, next) => next(context)),
            static app =>
            {
                app.MapGet("/admin/users", static () => "").WithMiddleware("limit_like", "auth_like");
                app.MapPost("/admin/bare", static () => "");
                app.MapGet("/typo", static () => "").WithMiddleware("auth_lik");
                app.Middleware().Under("/admin").Must.Run("auth_like").Before("limit_like").Because("ASVS 8.2.1");
                app.Middleware().All().Must.Run("limt_like");
            }));

        Assert.Collection(
            error.Faults,
            static fault => Assert.Equal("No middleware has the alias 'auth_lik'.", fault.What),
            static fault =>
            {
                Assert.Matches("^GET /admin/users \\(InvariantStartTests\\.cs:[0-9]+\\)$", fault.Where);
                Assert.Equal("Under(\"/admin\").Must.Run(\"auth_like\").Before(\"limit_like\") is broken (ASVS 8.2.1): 'auth_like' stands behind 'limit_like'. The chain: limit_like → auth_like.", fault.What);
                Assert.EndsWith(".ExceptRoute(\"GET /admin/users\").", fault.Fix, StringComparison.Ordinal);
            },
            static fault =>
            {
                Assert.Matches("^POST /admin/bare \\(InvariantStartTests\\.cs:[0-9]+\\)$", fault.Where);
                Assert.EndsWith("'auth_like' does not run. The chain: no middleware.", fault.What, StringComparison.Ordinal);
            },
            static fault =>
            {
                Assert.Matches("^InvariantStartTests\\.cs:[0-9]+$", fault.Where);
                Assert.Equal("All().Must.Run(\"limt_like\"): No middleware has the alias 'limt_like'.", fault.What);
                Assert.Contains("limit_like", fault.Fix, StringComparison.Ordinal);
            });
    }

    [Fact]
    public async Task Start_WithKeptRules_ServesRequests_AndTakesNoRuleAfterwards()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware().AddMiddleware("guard", static (context, next) => next(context)),
            static app =>
            {
                app.MapGet("/admin", static () => "served").WithMiddleware("guard");
                app.Middleware().Under("/admin").Must.Run("guard");
            });

        Assert.Equal("served", await app.Client.GetStringAsync(new Uri("/admin", UriKind.Relative)));
        app.App.Middleware().Check();
        Assert.Throws<InvalidOperationException>(() => app.App.Middleware().All().Must.Run("guard"));
    }

    [Fact]
    public async Task Check_StartsNothing_AndLeavesTheApplicationAsItWas()
    {
        var hosted = new Hosted();
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddHostedService(_ => hosted);
                builder.Services.AddRouteMiddleware().AddMiddleware<Named>("guard").Use("guard");
            },
            app =>
            {
                app.MapGet("/early", static () => "early");
                app.Middleware().All().Except("/off").Must.Run("guard");

                // The call is still to come: a fault of now, and none of later.
                Assert.Contains("was not called", Assert.Single(Assert.Throws<RouteMiddlewareException>(app.Middleware().Check).Faults).What, StringComparison.Ordinal);
                app.UseRouteMiddleware();
                app.Middleware().Check();
                Assert.False(hosted.IsStarted);
                Assert.Empty(app.Urls);

                // What is mapped and taken off after a check counts as ever.
                app.MapGet("/late", static () => "late");
                app.Middleware().Check();
                app.MapGet("/off", static () => "off").WithoutMiddleware("guard");
                app.Middleware().Check();
            });

        Assert.True(hosted.IsStarted);
        Assert.Equal("named early", await BodyAsync("/early"));
        Assert.Equal("named late", await BodyAsync("/late"));
        Assert.Equal("off", await BodyAsync("/off"));

        async Task<string> BodyAsync(string path)
        {
            using var response = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
            return $"{(response.Headers.Contains("X-Named") ? "named " : "")}{await response.Content.ReadAsStringAsync()}";
        }
    }

    [Fact]
    public async Task Middleware_WithoutTheServices_SaysSo()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        var error = Assert.Throws<RouteMiddlewareException>(app.Middleware);

        Assert.Contains("AddRouteMiddleware()", error.Message, StringComparison.Ordinal);
    }

    private sealed class Hosted : IHostedService
    {
        public bool IsStarted { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            IsStarted = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Named : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            context.Response.Headers["X-Named"] = "yes";
            return next(context);
        }
    }
}
