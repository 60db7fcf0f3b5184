using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Contrib.OpenApi.Tests.Support;

namespace RouteMiddleware.Contrib.OpenApi.Tests;

public sealed class HeaderTests
{
    private static readonly string[] X = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
    private static readonly string[] Draft = ["RateLimit", "RateLimit-Policy"];

    [Theory]
    [InlineData("Both", true, true)]
    [InlineData("X", true, false)]
    [InlineData("Draft", false, true)]
    [InlineData("None", false, false)]
    public async Task RateLimit_WithEachKindOfHeaders_ShowsThoseOnGoodAnswersAndOnRefusals(string headers, bool hasX, bool hasDraft)
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/limited", () => "ok").WithMiddleware("rate_limit:3/1m"),
            new() { ["RateLimit:Headers"] = headers });

        string[] expected = [.. hasX ? X : [], .. hasDraft ? Draft : []];
        Assert.Equal(expected.Order(StringComparer.Ordinal), document.Headers("/limited", 200));
        Assert.Equal(expected.Append("Retry-After").Order(StringComparer.Ordinal), document.Headers("/limited", 429));
        Assert.Equal("integer", (string?)document.Response("/limited", 429)["headers"]!["Retry-After"]!["schema"]!["type"]);
    }

    [Fact]
    public async Task Header_OfOneMiddleware_StandsOnAnswersBehindItAndNotInFront()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/orders", () => "ok").WithMiddleware("auth", "rate_limit:3/1m", "cache:30s"),
            new() { ["Middleware:0"] = "request_id" });

        Assert.Equal(["WWW-Authenticate", "X-Request-ID"], document.Headers("/orders", 401));
        Assert.Contains("X-RateLimit-Limit", document.Headers("/orders", 429));
        Assert.DoesNotContain("X-Cache", document.Headers("/orders", 429));
        Assert.Equal(["Age", "ETag", "RateLimit", "RateLimit-Policy", "X-Cache", .. X, "X-Request-ID"], document.Headers("/orders", 200));
    }

    [Theory]
    [InlineData("request_id", "X-Request-ID")]
    [InlineData("timing", "X-Response-Time")]
    [InlineData("performance", "X-Processing-Time")]
    public async Task HeaderOfAllAnswers_FromTheGlobalList_IsShownUntilARouteTakesItOff(string entry, string header)
    {
        var document = await Document.OfAsync(
            app =>
            {
                app.MapGet("/with", () => "ok").ProducesProblem(404);
                app.MapGet("/without", () => "ok").ProducesProblem(404).WithoutMiddleware(entry);
            },
            new() { ["Middleware:0"] = entry });

        Assert.Equal([header], document.Headers("/with", 200));
        Assert.Equal([header], document.Headers("/with", 404));
        Assert.Empty(document.Headers("/without", 200));
    }

    [Fact]
    public async Task HeaderNames_OfTheSettings_AreThoseShown()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/", () => "ok").WithMiddleware("request_id", "timing"),
            new()
            {
                ["RequestId:HeaderName"] = "X-Correlation-ID",
                ["Timing:HeaderName"] = "X-Took",
                ["Timing:ProcessTime"] = "true",
                ["Timing:ServerTiming"] = "true",
            });

        Assert.Equal(["Server-Timing", "X-Correlation-ID", "X-Process-Time", "X-Took"], document.Headers("/", 200));
    }

    [Fact]
    public async Task Maintenance_AndTheSessionsStore_TellWhenToComeAgain()
    {
        var document = await Document.OfAsync(app =>
        {
            app.MapGet("/closed", () => "ok").WithMiddleware("maintenance");
            app.MapGet("/profile", () => "ok").WithMiddleware("session");
        });

        Assert.Equal(["Retry-After"], document.Headers("/closed", 503));
        Assert.Equal(["Retry-After"], document.Headers("/profile", 503));
    }

    [Theory]
    [InlineData("get", "200 304", "Age ETag X-Cache")]
    [InlineData("post", "200", "X-Cache")]
    public async Task Cache_OfEachMethod_ShowsWhatItCanAnswer(string method, string statuses, string headers)
    {
        var document = await Document.OfAsync(app => app.MapMethods("/prices", ["GET", "POST"], () => "ok").WithMiddleware("cache:30s"));

        Assert.Equal(statuses.Split(' '), document.Statuses("/prices", method));
        Assert.Equal(headers.Split(' '), document.Headers("/prices", 200, method));
    }

    [Fact]
    public async Task Headers_OfTwoLimits_StandThereOnce()
    {
        var document = await Document.OfAsync(app => app.MapGroup("").WithMiddleware("rate_limit:100/1m").MapGet("/", () => "ok").WithMiddleware("rate_limit:3/1m"));

        Assert.Equal(["RateLimit", "RateLimit-Policy", "Retry-After", .. X], document.Headers("/", 429));
    }
}
