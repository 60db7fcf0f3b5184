using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class BreachGuardTests
{
    [Theory]
    [InlineData("https", "", true, "gzip")]
    [InlineData("https", "session", true, "")]
    [InlineData("https", "session-late", true, "")]
    [InlineData("https", "session-unused", true, "gzip")]
    [InlineData("https", "cookie", true, "")]
    [InlineData("https", "cookie-late", true, "")]
    [InlineData("https", "vary-cookie", true, "")]
    [InlineData("https", "vary-authorization", true, "")]
    [InlineData("https", "vary-origin", true, "gzip")]
    [InlineData("http", "session", true, "gzip")]
    [InlineData("http", "cookie", true, "gzip")]
    [InlineData("https", "session", false, "gzip")]
    [InlineData("https", "cookie", false, "gzip")]
    public async Task G1_AnswerWithASecret_OverHttps_IsNotCompressed(string scheme, string secret, bool guard, string expected)
    {
        await using var app = await GzipApp.StartAsync(
            group => group.MapGet("/", (HttpContext context) =>
            {
                // Behind the middleware, as a reader of a proxy's headers may stand.
                context.Request.Scheme = scheme;
                Prepare(context, secret);
                return new string('x', 5000);
            }),
            configure: o => o.BreachGuard = guard);

        var answer = await GzipApp.GetAsync(app, "/");

        Assert.Equal((expected, new string('x', 5000)), (answer.Coding, answer.Text));
    }

    private static void Prepare(HttpContext context, string secret)
    {
        switch (secret)
        {
            case "session" or "session-unused":
                context.Features.Set<ISessionUseFeature>(new Use(secret == "session"));
                break;
            case "session-late":
                context.Response.OnStarting(() =>
                {
                    context.Features.Set<ISessionUseFeature>(new Use(true));
                    return Task.CompletedTask;
                });
                break;
            case "cookie":
                context.Response.Cookies.Append("a", "b");
                break;
            case "cookie-late":
                context.Response.OnStarting(() =>
                {
                    context.Response.Cookies.Append("a", "b");
                    return Task.CompletedTask;
                });
                break;
            case ['v', 'a', 'r', 'y', '-', .. var name]:
                context.Response.Headers.Vary = $"Accept, {name}";
                break;
        }
    }

    private sealed record Use(bool IsUsed) : ISessionUseFeature;
}
