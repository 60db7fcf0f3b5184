using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Errors;

public sealed class DebugAnswerTests
{
    private const string Words = "words for developers";

    private static readonly Action<WebApplication> Routes = static app => app.MapGet("/fail/{id}", static string (int id) => throw new InvalidOperationException(Words, new FormatException("the inner one")));

    [Theory]
    [InlineData("Development", null, false, true)]
    [InlineData("Development", true, false, true)]
    [InlineData("Development", false, false, false)]
    [InlineData("Production", null, false, false)]
    [InlineData("Production", null, true, false)]
    [InlineData("Production", false, true, false)]
    [InlineData("Production", true, true, true)]
    [InlineData("Staging", null, false, false)]
    public async Task D1_Details_AreShownWhereTheyMay(string environment, bool? debug, bool isUnsafe, bool expected)
    {
        await using var app = await ErrorApp.StartAsync(Routes, environment: environment, settings: new Dictionary<string, string?>
        {
            ["RouteMiddleware:Common:Debug"] = debug?.ToString(),
            ["RouteMiddleware:Common:UnsafeDebugOutsideDevelopment"] = isUnsafe.ToString(),
        });

        foreach (var accept in (string?[])[null, ErrorApp.Browser, "application/json"])
        {
            Assert.Equal(expected, (await app.AnswerAsync("/fail/1", accept)).Body.Contains(Words, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task D1_DebugOutsideDevelopment_StopsTheStart(string environment)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => ErrorApp.StartAsync(
            Routes,
            environment: environment,
            settings: new Dictionary<string, string?> { ["RouteMiddleware:Common:Debug"] = "true" }));

        Assert.Contains($"Debug is true in the environment '{environment}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("UnsafeDebugOutsideDevelopment", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.7", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData(null, false)]
    public async Task D1_DebugLoopbackOnly_ShowsDetailsToTheSameMachineAlone(string? address, bool expected)
    {
        await using var app = await ErrorApp.StartAsync(
            Routes,
            environment: "Development",
            front: app => app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = address is null ? null : System.Net.IPAddress.Parse(address);
                return next(context);
            }),
            settings: new Dictionary<string, string?> { ["RouteMiddleware:Common:DebugLoopbackOnly"] = "true" });

        Assert.Equal(expected, (await app.AnswerAsync("/fail/1")).Body.Contains(Words, StringComparison.Ordinal));
        Assert.Equal(expected, (await app.AnswerAsync("/fail/x")).Body.Contains("exception", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "text/plain")]
    [InlineData("*/*", "text/plain")]
    [InlineData("text/plain", "text/plain")]
    [InlineData("image/png", "text/plain")]
    [InlineData("not a media type", "text/plain")]
    [InlineData("text/html;q=0", "text/plain")]
    [InlineData(ErrorApp.Browser, "text/html")]
    [InlineData("application/json;q=0.5, text/html", "text/html")]
    [InlineData("TEXT/HTML", "text/html")]
    [InlineData("application/json", "application/problem+json")]
    [InlineData("application/problem+json", "application/problem+json")]
    [InlineData("application/json, text/plain, */*", "application/problem+json")]
    [InlineData("application/vnd.github+json", "application/problem+json")]
    [InlineData("text/html;q=0.5, application/json", "application/problem+json")]
    public async Task D4_Answer_HasTheFormThatTheCallerAsksFor(string? accept, string expected)
    {
        await using var app = await ErrorApp.StartAsync(Routes, environment: "Development");

        using var response = await app.GetAsync("/fail/1", accept);

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Contains(Words, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(app.Errors());
    }

    [Fact]
    public async Task Problem_InDebug_HasTheException()
    {
        await using var app = await ErrorApp.StartAsync(Routes, environment: "Development", list: "request_id, common, timing");

        var (_, body) = await app.AnswerAsync("/fail/1", "application/json");
        var problem = JsonDocument.Parse(body).RootElement;
        var exception = problem.GetProperty("exception");

        Assert.Equal("internal_error", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("requestId").GetString()!);
        Assert.Equal("System.InvalidOperationException", exception.GetProperty("type").GetString());
        Assert.Equal(Words, exception.GetProperty("message").GetString());
        Assert.Contains("DebugAnswerTests", exception.GetProperty("stack")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("the inner one", exception.GetProperty("inner")[0].GetProperty("message").GetString());
        Assert.Equal("HTTP: GET /fail/{id}", exception.GetProperty("culprit").GetString());
        Assert.Equal(["request_id", "common", "timing", "HTTP: GET /fail/{id}"], exception.GetProperty("chain").EnumerateArray().Select(static link => link.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Text_InDebug_TellsTheSameInBrief()
    {
        await using var app = await ErrorApp.StartAsync(Routes, environment: "Development", list: "request_id, common");

        var (_, body) = await app.AnswerAsync("/fail/1?q=\u001b[31m");

        Assert.StartsWith("500 GET /fail/1\n\nSystem.InvalidOperationException: words for developers\n  at ", body, StringComparison.Ordinal);
        Assert.Contains("System.FormatException: the inner one", body, StringComparison.Ordinal);
        Assert.Contains("DebugAnswerTests.cs:", body, StringComparison.Ordinal);
        Assert.Contains("  global  request_id  (RouteMiddleware:Middleware:0)\n", body, StringComparison.Ordinal);
        Assert.Contains("> handler HTTP: GET /fail/{id}  <- threw\n", body, StringComparison.Ordinal);
        Assert.Contains("\\u001b[31m", body, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', body);
    }

    [Fact]
    public async Task Page_InDebug_TellsAllAndItsOwnPlaceOnTheDiskNot()
    {
        await using var app = await ErrorApp.StartAsync(Routes, environment: "Development", list: "request_id, common");

        var (_, body) = await app.AnswerAsync("/fail/1?color=blue", ErrorApp.Browser);

        Assert.All(
            (string[])[Words, "the inner one", "DebugAnswerTests.cs:", "/fail/{id}", "blue", "Middleware:1", "Thrown by the handler", "throw new InvalidOperationException(Words"],
            text => Assert.Contains(text, body.Replace("&#x2B;", "+", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.DoesNotContain(Path.GetDirectoryName(Repository.Root)!.TrimEnd('/') + "/", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OnThePage_AreLeftOutWhereTheyAreNotWanted()
    {
        await using var app = await ErrorApp.StartAsync(Routes, environment: "Development", settings: new Dictionary<string, string?> { ["RouteMiddleware:Common:IncludeSettings"] = "false" });

        var (_, body) = await app.AnswerAsync("/fail/1", ErrorApp.Browser);

        Assert.DoesNotContain("IncludeSettings", body, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"settings\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("false")]
    [InlineData("true")]
    public async Task D2_Page_HasAPolicyThatAllowsItsStyleAloneWhateverSecurityHeadersSay(string? overwrite)
    {
        const string Markup = "<script>alert(1)</script>";
        await using var app = await ErrorApp.StartAsync(
            static app => app.MapGet("/{name}", static string (string name, HttpContext context) => throw new InvalidOperationException(Markup + context.Request.Headers["X-Markup"])),
            environment: "Development",
            list: overwrite is null ? "common" : "security_headers, common",
            settings: overwrite is null ? [] : new Dictionary<string, string?> { ["RouteMiddleware:SecurityHeaders:Overwrite"] = overwrite });

        using var response = await app.GetAsync($"/{Uri.EscapeDataString(Markup)}?{Uri.EscapeDataString(Markup)}={Uri.EscapeDataString("\"'><img src=x>")}", ErrorApp.Browser, ("X-Markup", "<img src=x onerror=alert(1)>"));
        var body = await response.Content.ReadAsStringAsync();
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();

        Assert.Matches("^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$", policy);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.DoesNotContain("<script", body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", body, StringComparison.Ordinal);
    }
}
