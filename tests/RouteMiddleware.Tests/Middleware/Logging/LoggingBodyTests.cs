using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Logging;

public sealed class LoggingBodyTests
{
    [Theory]
    [InlineData("application/json", "{\"user\":\"ann\",\"password\":\"SECRET\"}", "{\"user\":\"ann\",\"password\":\"***\"}")]
    [InlineData("application/problem+json; charset=utf-8", "{\n  \"pin\": 7\n}", "{\\n  \"pin\":\"***\"\\n}")]
    [InlineData("application/x-www-form-urlencoded", "user=ann&new_password=SECRET&n=1", "user=ann&new_password=***&n=1")]
    [InlineData("text/plain", "hello\r\npassword: SECRET", "hello\\r\\npassword: ***")]
    [InlineData("application/xml", "<a><password>SECRET</password></a>", "<a><password>***</password></a>")]
    [InlineData("text/plain", "mail ann@example.com {0}", "mail ***@example.com {0}")]
    [InlineData("text/plain; charset=iso-8859-1", "caf\u00e9", "café")]
    [InlineData("text/plain; charset=nonsense", "abc", "abc")]
    [InlineData("text/plain", "a\0b", "(binary)")]
    [InlineData("application/octet-stream", "abc", null)]
    [InlineData("image/png", "abc", null)]
    [InlineData("multipart/form-data; boundary=x", "--x--", null)]
    [InlineData("nonsense", "abc", null)]
    public async Task L2_Body_OfTextIsLoggedWithoutSecrets(string type, string body, string? expected)
    {
        await using var app = await StartAsync("LogBody=true");
        using var response = await PostAsync(app, Encoding.Latin1.GetBytes(body), type);

        Assert.Equal(Encoding.Latin1.GetBytes(body), await response.Content.ReadAsByteArrayAsync());
        var lines = await app.LinesAsync();
        Assert.Equal(expected is null ? 2 : 3, lines.Length);
        Assert.True(expected is null || lines[1] == $"→ body {expected}", lines[1]);
    }

    [Fact]
    public async Task Body_WithoutTheOption_IsNotLogged()
    {
        await using var app = await StartAsync("");
        using var response = await PostAsync(app, "abc"u8.ToArray(), "text/plain");

        Assert.Equal(2, (await app.LinesAsync()).Length);
    }

    [Fact]
    public async Task Body_ThatIsCompressed_IsNotLogged()
    {
        await using var app = await StartAsync("LogBody=true");
        using var content = new ByteArrayContent("abc"u8.ToArray()) { Headers = { ContentType = new("text/plain"), ContentEncoding = { "gzip" } } };
        using var response = await app.Client.PostAsync(app.Address, content);

        Assert.Equal("abc", await response.Content.ReadAsStringAsync());
        Assert.Equal(2, (await app.LinesAsync()).Length);
    }

    [Theory]
    [InlineData("POST", true, "")]
    [InlineData("PUT", true, "")]
    [InlineData("PATCH", true, "")]
    [InlineData("DELETE", false, "")]
    [InlineData("DELETE", true, ", BodyMethods:0=*")]
    [InlineData("POST", false, ", BodyMethods:0=put")]
    [InlineData("PUT", true, ", BodyMethods:0=put")]
    public async Task BodyMethods_DecideWhoseBodyIsLogged(string method, bool expected, string settings)
    {
        await using var app = await StartAsync("LogBody=true" + settings);
        using var request = new HttpRequestMessage(new HttpMethod(method), app.Address) { Content = new StringContent("abc") };
        using var response = await app.Client.SendAsync(request);

        Assert.Equal(expected, (await app.LinesAsync()).Contains("→ body abc"));
    }

    [Theory]
    [InlineData(199, "")]
    [InlineData(200, "")]
    [InlineData(201, "…")]
    [InlineData(100_000, "…")]
    public async Task L6_Body_IsCutAtItsLimit(int length, string end)
    {
        await using var app = await StartAsync("LogBody=true");
        using var response = await PostAsync(app, Encoding.ASCII.GetBytes(new string('a', length)), "text/plain");

        Assert.Equal(length, (await response.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal($"→ body {new string('a', Math.Min(length, 200))}{end}", (await app.LinesAsync())[1]);
    }

    [Fact]
    public async Task BodyLimit_AmidACharacter_LeavesItOut()
    {
        await using var app = await StartAsync("LogBody=true, BodyLimit=5");
        using var response = await PostAsync(app, Encoding.UTF8.GetBytes("aaa😀b"), "text/plain");

        Assert.Equal("aaa😀b", await response.Content.ReadAsStringAsync());
        Assert.Equal("→ body aaa…", (await app.LinesAsync())[1]);
    }

    [Fact]
    public async Task Body_ThatTheHandlerDoesNotRead_IsNotLogged()
    {
        await using var app = await LoggingApp.StartAsync(static context => context.Response.WriteAsync("no"), "LogBody=true");
        using var response = await PostAsync(app, "abc"u8.ToArray(), "text/plain");

        Assert.Equal(2, (await app.LinesAsync()).Length);
    }

    [Fact]
    public async Task Body_OfAnEntryBehindOneWithoutBodies_IsLoggedOnce()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app =>
            {
                app.UseRouteMiddleware();
                app.MapPost("/", static (Order order) => order.Name).WithLogging(static o => o.LogBody = true).WithLogging(static o => o.LogBody = true);
            },
            [new("RouteMiddleware:Middleware:0", "logging")]);
        using var response = await PostAsync(app, "{\"name\":\"ann\",\"token\":\"x\"}"u8.ToArray(), "application/json");

        Assert.Equal("ann", await response.Content.ReadAsStringAsync());
        var lines = await app.LinesAsync();
        Assert.Equal(3, lines.Length);
        Assert.Equal("→ body {\"name\":\"ann\",\"token\":\"***\"}", lines[1]);
    }

    [Fact]
    public async Task Body_ReadTwiceByTheHandler_IsLoggedOnce()
    {
        await using var app = await LoggingApp.StartAsync(
            static async context =>
            {
                context.Request.EnableBuffering();
                await new StreamReader(context.Request.Body, leaveOpen: true).ReadToEndAsync();
                context.Request.Body.Position = 0;
                await context.Request.Body.CopyToAsync(context.Response.Body);
            },
            "LogBody=true");
        using var response = await PostAsync(app, "abc"u8.ToArray(), "text/plain");

        Assert.Equal("abc", await response.Content.ReadAsStringAsync());
        Assert.Equal("→ body abc", (await app.LinesAsync())[1]);
    }

    [Fact]
    public async Task Body_OfAFormThatTheHandlerBinds_IsLoggedAndBound()
    {
        await using var app = await LoggingApp.StartAsync(
            static async context => await context.Response.WriteAsync((await context.Request.ReadFormAsync())["name"].ToString()),
            "LogBody=true");
        using var response = await PostAsync(app, "name=ann&pin=7"u8.ToArray(), "application/x-www-form-urlencoded");

        Assert.Equal("ann", await response.Content.ReadAsStringAsync());
        Assert.Equal("→ body name=ann&pin=***", (await app.LinesAsync())[1]);
    }

    private static Task<TestApp> StartAsync(string settings)
        => LoggingApp.StartAsync(static context => context.Request.Body.CopyToAsync(context.Response.Body), settings);

    private static Task<HttpResponseMessage> PostAsync(TestApp app, byte[] body, string type)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return app.Client.PostAsync(app.Address, content);
    }

    private sealed record Order(string Name);
}
