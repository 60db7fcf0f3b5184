using System.Buffers;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Abstractions;

/// <summary>What a handler wrote before it failed, and something in front keeps back, does not stand in front of the answer that is given instead.</summary>
public sealed class KeptBackBodyTests
{
    [Theory]
    [InlineData("gzip", "stream")]
    [InlineData("gzip", "text")]
    [InlineData("gzip", "unflushed")]
    [InlineData("cache", "unflushed")]
    [InlineData("gzip cache", "unflushed")]
    public async Task HookThatAnswersAnError_AnswersAlone(string front, string way)
    {
        await using var app = await StartAsync(front, way);

        using var response = await GetAsync(app, "/hook");

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("instead", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("gzip", "stream", false)]
    [InlineData("gzip", "text", false)]
    [InlineData("gzip", "unflushed", false)]
    [InlineData("cache", "unflushed", false)]
    [InlineData("gzip", "stream", true)]
    public async Task Refusal_AfterAWrite_IsWrittenAlone(string front, string way, bool isByService)
    {
        await using var app = await StartAsync(front, way, isByService);

        using var response = await GetAsync(app, "/refusal");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        using var problem = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("broken", problem.RootElement.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("cache")]
    public async Task Writers_ThatLookForSeekableStreams_WriteAsToTheServersOwn(string front)
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                var group = app.MapGroup("").WithMiddleware(front);
                group.MapGet("/text", (RequestDelegate)(static async context =>
                {
                    context.Response.ContentType = "text/plain";

                    // The second one writes behind what is there already.
                    for (var i = 0; i < 2; i++)
                    {
                        await using var writer = new StreamWriter(context.Response.Body, leaveOpen: true);
                        await writer.WriteAsync("text");
                        context.Response.BodyWriter.Write(" "u8);
                    }
                }));
                group.MapGet("/archive", (RequestDelegate)(static async context =>
                {
                    context.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
                    context.Response.ContentType = "text/plain";
                    await using var archive = new ZipArchive(context.Response.Body, ZipArchiveMode.Create, leaveOpen: true);
                    await using var file = await archive.CreateEntry("a").OpenAsync();
                    await file.WriteAsync("text"u8.ToArray());
                }));
            });

        Assert.Equal(" text text", await app.Client.GetStringAsync(new Uri("/text", UriKind.Relative)));
        await using var read = new ZipArchive(await app.Client.GetStreamAsync(new Uri("/archive", UriKind.Relative)));
        Assert.Equal(4, Assert.Single(read.Entries).Length);
    }

    private static Task<HttpResponseMessage> GetAsync(TestApp app, string path) => app.Client.GetAsync(new Uri(path, UriKind.Relative));

    private static Task<TestApp> StartAsync(string front, string way, bool isByService = false)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();

                if (isByService)
                {
                    builder.Services.AddProblemDetails(static o => o.CustomizeProblemDetails = static problem => problem.ProblemDetails.Extensions["by"] = "service");
                }
            },
            app =>
            {
                var group = app.MapGroup("").WithMiddleware(front.Split(' '));
                group.MapGet("/hook", (RequestDelegate)(context => FailAsync(context.Response, way)))
                    .WithMiddleware(_ => new RecordingHook("a", []) { Error = static (_, _) => new(Results.Text("instead", statusCode: StatusCodes.Status502BadGateway)) });
                group.MapGet("/refusal", (RequestDelegate)(context => FailAsync(context.Response, way))).WithMiddleware(static async (context, next) =>
                {
                    try
                    {
                        await next(context);
                    }
                    catch (InvalidOperationException)
                    {
                        await new Refusal(StatusCodes.Status503ServiceUnavailable, "broken", "Broken", "It broke.").WriteAsync(context);
                    }
                });
            });

    private static async Task FailAsync(HttpResponse response, string way)
    {
        response.ContentType = "text/plain";

        if (way == "stream")
        {
            await response.Body.WriteAsync("stale"u8.ToArray());
        }
        else if (way == "text")
        {
            await response.WriteAsync("stale");
        }
        else
        {
            response.BodyWriter.Write("stale"u8);
        }

        throw new InvalidOperationException("broken");
    }
}
