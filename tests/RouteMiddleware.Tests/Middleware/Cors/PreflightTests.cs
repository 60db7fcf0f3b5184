using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Cors;

namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>Preflights answered by the global list.</summary>
public sealed class PreflightTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/nowhere")]
    [InlineData("/deep/er?x=1")]
    public async Task C8_Preflight_OnAnyPath_IsAnsweredBeforeWhatStandsBehind(string path)
    {
        var behind = 0;
        await using var app = await CorsApp.StartAsync(
            static o => o.AllowOrigins = [CorsApp.Origin],
            app: app => app.Use((context, next) =>
            {
                behind++;
                return next(context);
            }));

        var allowed = await app.AskAsync(path, CorsApp.Origin);
        var denied = await app.AskAsync(path, "https://evil.example");

        Assert.Equal(204, allowed.Status);
        Assert.Equal(CorsApp.Origin, allowed.AllowOrigin);
        Assert.Equal("GET, HEAD, POST", allowed["Access-Control-Allow-Methods"]);
        Assert.Equal("600", allowed["Access-Control-Max-Age"]);
        Assert.Equal("Origin", allowed.Vary);
        Assert.Equal(3, allowed.Names.Count());
        Assert.Equal(204, denied.Status);
        Assert.Empty(denied.Names);
        Assert.Equal("Origin", denied.Vary);
        Assert.Equal(0, behind);
    }

    [Theory]
    [InlineData("OPTIONS", CorsApp.Origin, null)]
    [InlineData("OPTIONS", null, "GET")]
    [InlineData("GET", CorsApp.Origin, "GET")]
    public async Task Request_ThatIsNoPreflight_GoesOn(string method, string? origin, string? asked)
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOrigins = [CorsApp.Origin], app: static app => app.Map("/any", static () => "any"));

        var reply = await app.SendAsync(method, "/any", origin, asked is null ? [] : [$"Access-Control-Request-Method: {asked}"]);

        Assert.Equal(200, reply.Status);
        Assert.Equal(origin, reply.AllowOrigin);
        Assert.Null(reply["Access-Control-Allow-Methods"]);
    }

    [Theory]
    [InlineData("GET, HEAD, POST", "DELETE", false)]
    [InlineData("GET, put", "PUT", true)]
    [InlineData("patch", "PATCH", true)]
    [InlineData("PATCH", "patch", false)] // as browsers compare: 'patch' is not made 'PATCH' by them
    [InlineData("Custom", "Custom", true)]
    [InlineData("Custom", "CUSTOM", false)]
    [InlineData("", "GET", false)]
    [InlineData("*", "DELETE", true)]
    [InlineData("*", "REPORT", true)]
    public async Task Methods_OfTheOption_AreCompared(string methods, string asked, bool isAllowed)
    {
        await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.AllowMethods) = ([CorsApp.Origin], methods.Split(", ", StringSplitOptions.RemoveEmptyEntries)));

        var reply = await app.AskAsync("/", CorsApp.Origin, asked);

        Assert.Equal(204, reply.Status);
        Assert.Equal(isAllowed ? methods.Replace("put", "PUT", StringComparison.Ordinal).Replace("patch", "PATCH", StringComparison.Ordinal) : null, reply["Access-Control-Allow-Methods"]);
        Assert.Equal(isAllowed, reply.Names.Any());
    }

    [Theory]
    [InlineData("", null, true)]
    [InlineData("", "x-a", false)]
    [InlineData("X-A, Content-Type", "content-type,x-a", true)]
    [InlineData("X-A, Content-Type", "content-type , \t x-a", true)]
    [InlineData("X-A, x-a, Content-Type", "X-a", true)]
    [InlineData("X-A", "x-a,x-b", false)]
    [InlineData("X-A", "x-a-b", false)]
    [InlineData("X-A", "x-a,", false)]
    [InlineData("X-A", ",", false)]
    [InlineData("X-A", "", true)]
    [InlineData("*", "x-a,authorization", true)]
    [InlineData("*", "x a", false)]
    [InlineData("*", "x-a,,x-b", false)]
    [InlineData("*, X-A", "x-b", true)]
    public async Task Headers_OfTheOption_AreCompared(string headers, string? asked, bool isAllowed)
    {
        await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.AllowHeaders) = ([CorsApp.Origin], headers.Split(", ", StringSplitOptions.RemoveEmptyEntries)));

        var reply = await app.AskAsync("/", CorsApp.Origin, "GET", asked);

        // '*' does not cover 'Authorization' in browsers.
        var expected = headers.Replace(", x-a", "", StringComparison.Ordinal) + (headers.Contains('*', StringComparison.Ordinal) ? ", Authorization" : "");
        Assert.Equal(isAllowed && headers.Length > 0 ? expected : null, reply["Access-Control-Allow-Headers"]);
        Assert.Equal(isAllowed ? CorsApp.Origin : null, reply.AllowOrigin);
    }

    [Fact]
    public async Task HeadersOnTwoLines_AreAllRead()
    {
        await using var app = await CorsApp.StartAsync(static o => (o.AllowOrigins, o.AllowHeaders) = ([CorsApp.Origin], ["X-A"]));

        Assert.NotNull((await app.AskAsync("/", CorsApp.Origin, "GET", "x-a", "Access-Control-Request-Headers: x-a")).AllowOrigin);
        Assert.Null((await app.AskAsync("/", CorsApp.Origin, "GET", "x-a", "Access-Control-Request-Headers: x-b")).AllowOrigin);

        // Both together are bounded.
        var half = string.Join(',', Enumerable.Repeat("x-a", 150));
        Assert.NotNull((await app.AskAsync("/", CorsApp.Origin, "GET", half)).AllowOrigin);
        Assert.Null((await app.AskAsync("/", CorsApp.Origin, "GET", half, $"Access-Control-Request-Headers: {half}")).AllowOrigin);
    }

    // Browsers take '*' literally where credentials are sent.
    [Fact]
    public async Task AnyMethodAndHeader_WithCredentials_AreToldByName()
    {
        await using var app = await CorsApp.StartAsync(static o => (o.AllowOrigins, o.AllowMethods, o.AllowHeaders, o.AllowCredentials) = ([CorsApp.Origin], ["*"], ["*"], true));

        var reply = await app.AskAsync("/", CorsApp.Origin, "DELETE", "x-a,\tauthorization");
        var bare = await app.AskAsync("/", CorsApp.Origin, "PUT");

        Assert.Equal("DELETE", reply["Access-Control-Allow-Methods"]);
        Assert.Equal("x-a, authorization", reply["Access-Control-Allow-Headers"]);
        Assert.Equal("true", reply["Access-Control-Allow-Credentials"]);
        Assert.Equal("PUT", bare["Access-Control-Allow-Methods"]);
        Assert.Null(bare["Access-Control-Allow-Headers"]);
    }

    [Theory]
    [InlineData("GET, DELETE")]
    [InlineData("GET,DELETE")]
    [InlineData("GET DELETE")]
    [InlineData("GET;x")]
    [InlineData("<script>")]
    [InlineData("G\u00c3\u00a9T")]
    [InlineData("AVERYLONGMETHODOFTHIRTYTHREELETTE")]
    public async Task C7_MethodThatIsNone_IsNeverEchoed(string asked)
    {
        foreach (var any in (bool[])[true, false])
        {
            await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.AllowMethods, o.AllowCredentials) = ([CorsApp.Origin], any ? ["*"] : ["GET", "DELETE"], true));

            var reply = await app.AskAsync("/", CorsApp.Origin, asked);

            Assert.Equal(204, reply.Status);
            Assert.Empty(reply.Names);
        }
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    [InlineData(30_000, false)]
    public async Task C6_PreflightWithManyNames_IsReadUpToAKibibyte(int length, bool isAllowed)
    {
        foreach (var credentials in (bool[])[true, false])
        {
            await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.AllowHeaders, o.AllowCredentials) = ([CorsApp.Origin], ["*"], credentials));

            var reply = await app.AskAsync("/", CorsApp.Origin, "GET", "x" + string.Concat(Enumerable.Repeat(",x", 15_000))[..(length - 2)] + "x");
            var commas = await app.AskAsync("/", CorsApp.Origin, "GET", new string(',', length));

            Assert.Equal(isAllowed ? CorsApp.Origin : null, reply.AllowOrigin);
            Assert.Equal(204, commas.Status);
            Assert.Empty(commas.Names);
            Assert.True(commas.Text.Length < 400, "Nothing of it comes back.");
        }
    }

    [Theory]
    [InlineData(true, "true", "true")]
    [InlineData(true, "false", null)]
    [InlineData(true, null, null)]
    [InlineData(false, "true", null)]
    public async Task PrivateNetwork_IsAllowedByItsOptionWhereAsked(bool option, string? asked, string? expected)
    {
        await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.AllowPrivateNetwork) = ([CorsApp.Origin], option));
        string[] ask = asked is null ? [] : [$"Access-Control-Request-Private-Network: {asked}"];

        Assert.Equal(expected, (await app.AskAsync("/", CorsApp.Origin, "GET", null, ask))["Access-Control-Allow-Private-Network"]);
        Assert.Null((await app.AskAsync("/", "https://evil.example", "GET", null, ask))["Access-Control-Allow-Private-Network"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(86_400)]
    public async Task MaxAge_OfTheOption_IsTold(int seconds)
    {
        await using var app = await CorsApp.StartAsync(o => (o.AllowOrigins, o.MaxAge, o.ExposeHeaders) = (["*"], seconds, ["X-Total"]));

        var reply = await app.AskAsync("/", CorsApp.Origin);

        Assert.Equal(seconds.ToString(System.Globalization.CultureInfo.InvariantCulture), reply["Access-Control-Max-Age"]);
        Assert.Equal("*", reply.AllowOrigin);
        Assert.Null(reply["Access-Control-Expose-Headers"]);
        Assert.Null(reply.Vary);
    }

    [Fact]
    public async Task DeniedPreflight_IsLoggedForDevelopersWithoutWhatTheCallerMadeUp()
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOrigins = [CorsApp.Origin]);

        await app.AskAsync("/", "https://evil.example");
        await app.AskAsync("/", "made\u00c2\u0085up");
        await app.AskAsync("/", CorsApp.Origin, "DELETE");

        var messages = app.Logs.Records.Where(static record => record.EventId.Name == "PreflightDenied").Select(static record => record.Message);
        Assert.Equal(
            [
                "A preflight of '(none)' from 'https://evil.example' was denied (origin).",
                "A preflight of '(none)' from '(malformed)' was denied (origin).",
                "A preflight of '(none)' from 'https://app.example.com' was denied (method).",
            ],
            messages);
    }
}
