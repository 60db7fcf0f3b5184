using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.OpenApi.Tests.Support;

/// <summary>The document of an application, fetched over a socket and read without a fault by the format's own reader.</summary>
internal sealed class Document
{
    public const string Secret = "base64:Wv0nMlXv0o3aYTnY8pQ4r4jWm1Kq2l7Zb6c9T5sXhUE=";

    private Document(JsonObject root) => Root = root;

    public JsonObject Root { get; }

    /// <summary>Starts an application, reads its document and stops it.</summary>
    /// <param name="map">Maps routes.</param>
    /// <param name="settings">Keys below <c>RouteMiddleware</c>.</param>
    /// <param name="services">Registers more.</param>
    /// <param name="options">Changes the document's options, behind <c>AddRouteMiddleware()</c>.</param>
    public static async Task<Document> OfAsync(
        Action<WebApplication> map,
        Dictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? services = null,
        Action<OpenApiOptions>? options = null)
    {
        await using var app = await StartAsync(map, settings, services, options);
        return await ReadAsync(app);
    }

    public static Task<TestApp> StartAsync(
        Action<WebApplication> map,
        Dictionary<string, string?>? settings = null,
        Action<WebApplicationBuilder>? services = null,
        Action<OpenApiOptions>? options = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware().AddSession();
                builder.Services.AddOpenApi(document =>
                {
                    document.AddRouteMiddleware();
                    options?.Invoke(document);
                });
                services?.Invoke(builder);
            },
            app =>
            {
                app.UseRouteMiddleware();
                app.MapOpenApi();
                map(app);
            },
            (settings ?? []).Append(new("Auth:Secret", Secret)).Append(new("Session:Secret", Secret)).Select(static pair => KeyValuePair.Create($"RouteMiddleware:{pair.Key}", pair.Value)));

    public static async Task<Document> ReadAsync(TestApp app)
    {
        var text = await app.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        var read = OpenApiDocument.Parse(text, "json");
        Assert.NotNull(read.Diagnostic);
        Assert.Empty(read.Diagnostic.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        return new((JsonObject)JsonNode.Parse(text)!);
    }

    public JsonObject Operation(string path, string method = "get") => (JsonObject)Root["paths"]![path]![method]!;

    public string[] Statuses(string path, string method = "get") => [.. ((JsonObject)Operation(path, method)["responses"]!).Select(static pair => pair.Key).Order(StringComparer.Ordinal)];

    public JsonObject Response(string path, int status, string method = "get") => (JsonObject)Operation(path, method)["responses"]![$"{status}"]!;

    public string[] Headers(string path, int status, string method = "get")
        => [.. (Response(path, status, method)["headers"] as JsonObject ?? []).Select(static pair => pair.Key).Order(StringComparer.Ordinal)];

    /// <summary>The codes of the problems that an answer may tell.</summary>
    public string[] Codes(string path, int status, string method = "get")
        => [.. ((JsonObject)Response(path, status, method)["content"]!["application/problem+json"]!["examples"]!).Select(static pair => pair.Key).Order(StringComparer.Ordinal)];

    /// <summary>The ways to come in, as <c>Bearer+Session | -</c>.</summary>
    public string? Security(string path, string method = "get")
        => Operation(path, method)["security"] is JsonArray ways
            ? string.Join(" | ", ways.Select(static way => ((JsonObject)way!).Count == 0 ? "-" : string.Join('+', ((JsonObject)way).Select(static pair => pair.Key).Order(StringComparer.Ordinal))))
            : null;

    public JsonObject Scheme(string id) => (JsonObject)Root["components"]!["securitySchemes"]![id]!;

    public override string ToString() => Root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
}
