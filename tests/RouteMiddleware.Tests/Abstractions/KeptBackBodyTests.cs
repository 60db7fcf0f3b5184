using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
