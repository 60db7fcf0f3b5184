using System.Net;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.BodyLimit;

/// <summary>Routes that read a body in each way, limited to a thousand bytes.</summary>
internal static class BodyLimitApp
{
    public const int Limit = 1000;

    public static Task<TestApp> StartAsync(string environment = "Production", bool isGlobal = false, Action<WebApplication>? middleware = null)
        => TestApp.StartAsync(
            builder =>
            {
                var added = builder.Services.AddRouteMiddleware();
                builder.Services.AddControllers().ConfigureApplicationPartManager(static parts => parts.FeatureProviders.Add(new UploadControllerAlone()));

                if (isGlobal)
                {
                    added.Use("body_limit:1000b");
                }
            },
            app =>
            {
                if (isGlobal)
                {
                    app.UseRouteMiddleware();
                }

                middleware?.Invoke(app);
                var group = isGlobal ? app.MapGroup("") : app.MapGroup("").WithMiddleware("body_limit:1000b");
                Map(group);
                group.MapControllers();
            },
            environment: environment);

    public static async Task<(int Status, string Body)> PostAsync(TestApp app, string path, int length, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, path)) { Content = new ByteArrayContent(BodyOf(path, length)) };
        request.Content.Headers.ContentType = new(path == "/form" ? "application/x-www-form-urlencoded" : "application/json");
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await app.Client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();

        if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            Assert.True(response.Headers.CacheControl?.NoStore);
            Assert.Contains("\"code\":\"body_too_large\"", body, StringComparison.Ordinal);
        }

        return ((int)response.StatusCode, body);
    }

    private static byte[] BodyOf(string path, int length)
        => Encoding.ASCII.GetBytes(path == "/form" ? "text=" + new string('x', length - 5) : $"{{\"text\":\"{new string('x', length - 11)}\"}}");

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/json", static (Upload upload) => Read(upload.Text.Length + 11));
        routes.MapPost("/form", static ([FromForm] string text) => Read(text.Length + 5)).DisableAntiforgery();
        routes.MapPost("/stream", static async (HttpRequest request) =>
        {
            using var copy = new MemoryStream();
            await request.Body.CopyToAsync(copy);
            return Read(copy.Length);
        });
        routes.MapPost("/pipe", static async (HttpRequest request) =>
        {
            while (true)
            {
                var result = await request.BodyReader.ReadAsync();

                var length = result.Buffer.Length;
                request.BodyReader.AdvanceTo(result.IsCompleted ? result.Buffer.End : result.Buffer.Start, result.Buffer.End);

                if (result.IsCompleted)
                {
                    return Read(length);
                }
            }
        });
        routes.MapPost("/catching", static async (HttpContext context) =>
        {
            context.Response.Headers["X-Handler"] = "before";

            try
            {
                using var reader = new StreamReader(context.Request.Body);
                return Read((await reader.ReadToEndAsync()).Length);
            }
            catch (IOException)
            {
                context.Response.Headers["X-Handler"] = "after";
                return Results.Text("what the handler made of it", statusCode: 422);
            }
        });
        routes.MapPost("/wrapping", static async (HttpRequest request) =>
        {
            try
            {
                using var reader = new StreamReader(request.Body);
                return Read((await reader.ReadToEndAsync()).Length);
            }
            catch (IOException exception)
            {
                throw new InvalidOperationException("wrapped", exception);
            }
        });
        routes.MapPost("/unread", static () => "not read");
        routes.MapGet("/bare", static () => "bare");
    }

    private static IResult Read(long length) => Results.Text($"read {length}");

    private sealed class UploadControllerAlone : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature)
        {
            feature.Controllers.Clear();
            feature.Controllers.Add(typeof(UploadController).GetTypeInfo());
        }
    }
}
