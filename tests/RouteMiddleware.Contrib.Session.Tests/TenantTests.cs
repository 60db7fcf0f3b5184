using Microsoft.AspNetCore.Builder;
using RouteMiddleware.Contrib.Session.Tests.Support;

namespace RouteMiddleware.Contrib.Session.Tests;

/// <summary>LIMITS S3 and S21: a session belongs to the tenant in whose requests it was saved first.</summary>
public sealed class TenantTests
{
    [Theory]
    [Engines]
    public async Task S21_SessionOfAnotherTenant_IsAStranger_AndIsTold(string engine)
    {
        await using var app = await SessionApp.StartAsync(engine, configure: static app => app.Use(static (context, next) =>
        {
            if (context.Request.Query["tenant"] is [{ } name])
            {
                context.Features.Set<ITenantFeature>(new Tenant(name));
            }

            return next(context);
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada?tenant=a");
        await browser.DoAsync("/set/a/1?tenant=a");

        Assert.Equal("1", await browser.Copy().ReadAsync("/get/a?tenant=a"));
        Assert.Equal("1", await browser.Copy().ReadAsync("/get/a"));
        Assert.DoesNotContain(app.Logs.Records, static record => record.EventId.Name == "CookiesRefused");
        Assert.Equal("(none)", await browser.Copy().ReadAsync("/get/a?tenant=b"));
        Assert.Equal("", await browser.Copy().ReadAsync("/keys?tenant=b"));
        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "CookiesRefused" && record.Message.Contains("1 of another tenant", StringComparison.Ordinal));
        Assert.Equal("1", await browser.Copy().ReadAsync("/get/a?tenant=a"));
    }

    private sealed record Tenant(string TenantId) : ITenantFeature;
}
