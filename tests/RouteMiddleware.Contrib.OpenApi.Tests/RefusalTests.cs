using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.OpenApi.Tests.Support;

namespace RouteMiddleware.Contrib.OpenApi.Tests;

public sealed class RefusalTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["TrustedHost:AllowedHosts:0"] = "*",
        ["Cors:AllowOrigins:0"] = "https://app.example.com",
        ["Cors:RequireCorsOrSameOrigin"] = "true",
    };

    /// <summary>What each middleware answers: middleware, then status and codes.</summary>
    public static TheoryData<string, string> Answers => new()
    {
        { "auth", "401 credentials_missing token_expired token_invalid" },
        { "auth:admin", "401 credentials_missing token_expired token_invalid, 403 forbidden" },
        { "optional_auth", "" },
        { "rate_limit:3/1m", "429 rate_limit_exceeded" },
        { "maintenance", "503 maintenance_mode" },
        { "body_limit:1kb", "413 body_too_large" },
        { "tenant", "400 tenant_ambiguous tenant_missing, 403 tenant_mismatch, 404 tenant_unknown" },
        { "ip_filter", "403 access_denied" },
        { "trusted_host", "400 invalid_host" },
        { "cors", "403 origin_not_allowed" },
        { "session", "413 session_too_large, 503 session_unavailable" },
        { "common", "500 internal_error" },
        { "request_timeout:5s", "504 request_timeout" },
        { "request_id", "" },
        { "timing", "" },
        { "security_headers", "" },
        { "gzip", "" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Route_WithAMiddleware_ShowsItsAnswersAndNoOther(string entry, string expected)
    {
        var document = await Document.OfAsync(
            app =>
            {
                app.MapGet("/with", () => "ok").WithMiddleware(entry);
                app.MapGet("/without", () => "ok");
            },
            Settings);

        Assert.Equal(expected, AnswersOf(document, "/with"));
        Assert.Equal("", AnswersOf(document, "/without"));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task GlobalList_WithAMiddleware_ShowsItsAnswersWhereNobodyTookItOff(string entry, string expected)
    {
        var document = await Document.OfAsync(
            app =>
            {
                app.MapGet("/with", () => "ok");
                app.MapGet("/without", () => "ok").WithoutMiddleware(entry);
            },
            new(Settings) { ["Middleware:0:Name"] = entry, ["Middleware:0:Exclude:0"] = "/openapi" });

        Assert.Equal(expected, AnswersOf(document, "/with"));
        Assert.Equal("", AnswersOf(document, "/without"));
    }

    [Fact]
    public async Task Refusals_OfOneStatus_AreToldTogether()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/all", () => "ok").WithMiddleware("ip_filter", "auth:admin", "tenant"),
            Settings);

        Assert.Equal(["access_denied", "forbidden", "tenant_mismatch"], document.Codes("/all", 403));
        Assert.Equal("Forbidden (`access_denied`); Forbidden (`forbidden`); Tenant mismatch (`tenant_mismatch`)", (string?)document.Response("/all", 403)["description"]);
    }

    [Fact]
    public async Task Refusals_HaveOneSchemaTogether_WithTheMembersOfOurProblems()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/orders", () => "ok").WithMiddleware("auth", "rate_limit:3/1m"),
            new() { ["Middleware:0"] = "maintenance" });

        foreach (var status in (int[])[401, 429, 503])
        {
            Assert.Equal("#/components/schemas/ProblemDetails", (string?)document.Response("/orders", status)["content"]!["application/problem+json"]!["schema"]!["$ref"]);
        }

        var properties = (JsonObject)document.Root["components"]!["schemas"]!["ProblemDetails"]!["properties"]!;
        Assert.Superset(new HashSet<string> { "type", "title", "status", "detail", "instance", "code", "traceId", "requestId", "retry_after" }, properties.Select(static pair => pair.Key).ToHashSet());
    }

    [Fact]
    public async Task Schema_OfAGlobalRefusalAlone_IsThere()
    {
        var document = await Document.OfAsync(app => app.MapGet("/orders", () => "ok"), new() { ["Middleware:0"] = "ip_filter" });

        Assert.Equal("#/components/schemas/ProblemDetails", (string?)document.Response("/orders", 403)["content"]!["application/problem+json"]!["schema"]!["$ref"]);
        Assert.NotNull(document.Root["components"]!["schemas"]!["ProblemDetails"]!["properties"]!["code"]);
    }

    [Fact]
    public async Task Answer_ThatTheHandlerDeclares_KeepsItsBodyAndDescription()
    {
        var document = await Document.OfAsync(
            app => app.MapGet("/orders", () => "ok").WithMetadata(new ProducesResponseTypeAttribute(typeof(Missing), 404, "application/json") { Description = "No such order" }),
            new() { ["Middleware:0:Name"] = "tenant", ["Middleware:0:Exclude:0"] = "/openapi" });

        var response = document.Response("/orders", 404);
        Assert.Equal("No such order", (string?)response["description"]);
        Assert.NotNull(response["content"]!["application/json"]);
        Assert.Equal(["tenant_unknown"], document.Codes("/orders", 404));
    }

    [Fact]
    public async Task Antiforgery_OfAGroup_ShowsItsAnswerForUnsafeMethodsOnly()
    {
        var document = await Document.OfAsync(
            app =>
            {
                var group = app.MapGroup("").WithMiddleware("antiforgery");
                group.MapGet("/form", () => "ok");
                group.MapPost("/form", () => "ok");
            },
            services: static builder => builder.Services.AddAntiforgery());

        Assert.Equal("", AnswersOf(document, "/form"));
        Assert.Equal("400 antiforgery_invalid", AnswersOf(document, "/form", "post"));
    }

    private static string AnswersOf(Document document, string path, string method = "get")
        => string.Join(", ", document.Statuses(path, method)
            .Where(static status => status[0] >= '4')
            .Select(status => $"{status} {string.Join(' ', document.Codes(path, int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), method))}"));

    private sealed record Missing(string Order);
}
