using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Testing.Tests;

public sealed class SwitchingTests(TestedAppFactory factory) : IClassFixture<TestedAppFactory>
{
    [Fact]
    public async Task WithoutMiddleware_OfAGroup_LetsEveryRequestPass_AndRulesAndNeedsStillHold()
    {
        await using var changed = factory.WithoutMiddleware("Auth", "RATE-LIMIT");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(factory, "/api/orders"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(changed, "/api/orders"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(changed, "/api/needs"));

        // Every attachment, whatever its argument.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(changed, "/api/admin"));
    }

    [Fact]
    public async Task WithoutMiddleware_OfTheGlobalList_AndOfARouteThatTakesItOff_Starts()
    {
        await using var changed = factory.WithoutMiddleware("request_id", "auth", "rate_limit");
        using var response = await changed.CreateClient().GetAsync(new Uri("/api/open", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("X-Request-ID"));
    }

    [Theory]
    [InlineData("auht")]
    public void UnknownAlias_RefusesTheStart_NamingTheNearest(string alias)
    {
        foreach (var changed in new[]
        {
            factory.WithoutMiddleware(alias),
            factory.ReplaceMiddleware(alias, static (context, next) => next(context)),
            factory.ReplaceMiddleware<TestedApp, TestedApp.Direct>(alias),
            factory.ConfigureMiddleware(alias, static (AuthOptions _) => { }),
        })
        {
            using (changed)
            {
                var error = Assert.Throws<RouteMiddlewareException>(changed.CheckMiddleware);
                var fault = Assert.Single(error.Faults, static fault => fault.What == "No middleware has the alias 'auht'.");
                Assert.Contains("auth", fault.Fix, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task ReplaceMiddleware_ByADelegate_RunsItInEachPlace()
    {
        await using var changed = factory.ReplaceMiddleware("auth", static (context, next) => TestedApp.StampAsync(context, next, "not auth")).ReplaceMiddleware("request_id", static (context, next) => TestedApp.StampAsync(context, next, "not id"));
        using var response = await changed.CreateClient().GetAsync(new Uri("/api/admin", UriKind.Relative));

        Assert.Equal(["not id", "not auth", "not auth"], response.Headers.GetValues("X-Stamp"));
    }

    [Fact]
    public async Task ReplaceMiddleware_ByAClass_GivesItTheOptionsOfTheOneItStandsFor()
    {
        await using var changed = factory.ReplaceMiddleware<TestedApp, SeesLimit>("rate_limit");

        Assert.Equal("2", await StampAsync(changed, "/api/open"));
        Assert.Equal("500", await StampAsync(changed, "/called"));
    }

    [Fact]
    public async Task ReplaceMiddleware_ByAConventionClassAndByAFilter_RunsThem()
    {
        await using var changed = factory.ReplaceMiddleware<TestedApp, ByConvention>("stamp").ReplaceMiddleware("both_stages", typeof(ByFilter)).ReplaceMiddleware<TestedApp, ByConvention>("only_filter");
        using var response = await changed.CreateClient().GetAsync(new Uri("/stages", UriKind.Relative));

        Assert.Equal(["convention", "convention", "filter"], response.Headers.GetValues("X-Stamp"));
    }

    [Fact]
    public void ReplaceMiddleware_ByWhatIsNone_RefusesTheStart()
    {
        using var changed = factory.ReplaceMiddleware("auth", typeof(string));

        Assert.Contains(Assert.Throws<RouteMiddlewareException>(changed.CheckMiddleware).Faults, static fault => fault.What == "System.String is no middleware.");
    }

    [Fact]
    public async Task ConfigureMiddleware_HasTheLastWord_OverArgumentsSettingsAndCalls()
    {
        await using var changed = factory
            .ConfigureMiddleware("RateLimit", static (RateLimitOptions o) => o.PermitLimit += 7)
            .ConfigureMiddleware("rate_limit", static (RateLimitOptions o) => o.PermitLimit *= 10);
        await using var seen = changed.ReplaceMiddleware<TestedApp, SeesLimit>("rate_limit");

        Assert.Equal("90", await StampAsync(seen, "/api/open"));
        Assert.Equal("5070", await StampAsync(seen, "/called"));
        Assert.Equal(10070, seen.Services.GetRequiredService<ISharedOptions>().Get<RateLimitOptions>("rate_limit").PermitLimit);
    }

    [Fact]
    public void ConfigureMiddleware_OfOtherOptions_RefusesTheStart()
    {
        using var changed = factory.ConfigureMiddleware("auth", static (RateLimitOptions _) => { }).ConfigureMiddleware("stamp", static (RateLimitOptions _) => { });

        Assert.Equal(
            ["'auth' has AuthOptions, but the call configures RateLimitOptions.", "'stamp' has no options, but the call configures RateLimitOptions."],
            Assert.Throws<RouteMiddlewareException>(changed.CheckMiddleware).Faults.Select(static fault => fault.What));
    }

    [Fact]
    public void ConfigureMiddleware_WithWhatIsOutOfRange_RefusesTheStart()
    {
        using var changed = factory.ConfigureMiddleware("rate_limit", static (RateLimitOptions o) => o.PermitLimit = 0);

        Assert.Contains(Assert.Throws<RouteMiddlewareException>(changed.CheckMiddleware).Faults, static fault => fault.What.Contains("PermitLimit", StringComparison.Ordinal));
    }

    [Fact]
    public void CheckMiddleware_OfASoundApplication_Passes() => factory.CheckMiddleware();

    [Fact]
    public async Task WithClock_MovesTheLimitsWindow()
    {
        var clock = new ManualClock();
        await using var changed = factory.WithClock(clock);
        var client = changed.CreateClient();

        Assert.Equal("2030-01-01T12:00:00.0000000+00:00", await client.GetStringAsync(new Uri("/time", UriKind.Relative)));
        Assert.Equal("200 200 429", $"{await NextAsync()} {await NextAsync()} {await NextAsync()}");
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, await NextAsync());

        async Task<int> NextAsync()
        {
            using var response = await client.GetAsync(new Uri("/api/open", UriKind.Relative));
            return (int)response.StatusCode;
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(WebApplicationFactory<TestedApp> factory, string path)
    {
        using var response = await factory.CreateClient().GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }

    private static async Task<string> StampAsync(WebApplicationFactory<TestedApp> factory, string path)
    {
        using var response = await factory.WithoutMiddleware("auth").CreateClient().GetAsync(new Uri(path, UriKind.Relative));
        return Assert.Single(response.Headers.GetValues("X-Stamp"));
    }

    private sealed class SeesLimit(RateLimitOptions options) : IMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next) => TestedApp.StampAsync(context, next, $"{options.PermitLimit}");
    }

    private sealed class ByConvention(RequestDelegate next)
    {
        public Task InvokeAsync(HttpContext context) => TestedApp.StampAsync(context, next, "convention");
    }

    private sealed class ByFilter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            context.HttpContext.Response.Headers.Append("X-Stamp", "filter");
            return next(context);
        }
    }
}
