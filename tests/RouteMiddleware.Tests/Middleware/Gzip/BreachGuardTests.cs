using System.Security.Claims;
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

    [Theory]
    [InlineData("https", "", true, true, "gzip")]
    [InlineData("http", "session", true, true, "")]
    [InlineData("http", "cookie", true, true, "")]
    [InlineData("http", "vary-authorization", true, true, "")]
    [InlineData("http", "authorization", true, true, "")]
    [InlineData("https", "authorization", true, true, "")]
    [InlineData("https", "authorization", true, false, "gzip")]
    [InlineData("https", "user", true, true, "")]
    [InlineData("https", "user", true, false, "gzip")]
    [InlineData("https", "nobody", true, true, "gzip")]
    [InlineData("https", "authorization", false, true, "gzip")]
    public async Task G1_StrictGuard_AlsoLooksAtWhoAsksAndAtEveryScheme(string scheme, string secret, bool guard, bool isStrict, string expected)
    {
        await using var app = await GzipApp.StartAsync(
            group => group.MapGet("/", (HttpContext context) =>
            {
                context.Request.Scheme = scheme;
                Prepare(context, secret);
                return new string('x', 5000);
            }),
            configure: o => (o.BreachGuard, o.StrictBreachGuard) = (guard, isStrict));

        var answer = await GzipApp.GetAsync(app, "/", "gzip", null, secret == "authorization" ? [("Authorization", "Basic YTpi")] : []);

        Assert.Equal((expected, new string('x', 5000)), (answer.Coding, answer.Text));
        Assert.Equal(expected == "" ? "" : "Accept-Encoding", answer.Vary.Replace("Accept, authorization", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(5000)]
    [InlineData(0)]
    public async Task G1_Padding_GivesEqualAnswersLengthsThatDiffer(int size)
    {
        await using var app = await GzipApp.StartAsync(
            group => group.MapGet("/", async (HttpResponse response) =>
            {
                response.ContentType = "text/plain";
                await response.Body.WriteAsync(new byte[size]);
                await response.Body.FlushAsync();
            }),
            configure: static o => o.Padding = 1024);
        List<int> lengths = [];

        for (var i = 0; i < 40; i++)
        {
            // Brotli has no place for it.
            var answer = await GzipApp.GetAsync(app, "/", "br, gzip");
            Assert.Equal(("gzip", size), (answer.Coding, answer.Body.Length));
            lengths.Add(answer.Length);
        }

        Assert.True(lengths.Distinct().Count() > 20, string.Join(' ', lengths));
        Assert.True(lengths.Max() - lengths.Min() is > 500 and <= 1025, string.Join(' ', lengths));
    }

    [Fact]
    public async Task G1_Padding_OfNone_LeavesTheLengthAlone()
    {
        await using var app = await GzipApp.StartAsync(static group => group.MapGet("/", static () => new string('x', 5000)));

        Assert.Equal((await GzipApp.GetAsync(app, "/")).Length, (await GzipApp.GetAsync(app, "/")).Length);
        Assert.Equal("br", (await GzipApp.GetAsync(app, "/", "br, gzip")).Coding);
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
            case "user" or "nobody":
                context.User = new ClaimsPrincipal(new ClaimsIdentity([], secret == "user" ? "Bearer" : null));
                break;
            case ['v', 'a', 'r', 'y', '-', .. var name]:
                context.Response.Headers.Vary = $"Accept, {name}";
                break;
        }
    }

    private sealed record Use(bool IsUsed) : ISessionUseFeature;
}
