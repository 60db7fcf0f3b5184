using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;
using RouteMiddleware.Tests.Pipeline;

namespace RouteMiddleware.Tests.Abstractions;

public sealed class HookBodyTests
{
    public static TheoryData<string> Ways => ["not at all", "stream", "half", "reader", "reader twice", "json"];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Body_ReadInAHook_IsThereAgainForTheHandler(string way)
    {
        await using var app = await StartAsync(way, app => app.MapPost("/", (Order order) => order));

        using var response = await app.Client.PostAsJsonAsync(new Uri("/", UriKind.Relative), new Order("tea", 7));

        Assert.Equal(new Order("tea", 7), await response.Content.ReadFromJsonAsync<Order>());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Body_OfAMegabyteReadInAHook_ReachesTheHandlerByteForByte(string way)
    {
        if (string.Equals(way, "json", StringComparison.Ordinal))
        {
            return;
        }

        var sent = new byte[1024 * 1024];
        new Random(7).NextBytes(sent);
        await using var app = await StartAsync(way, app => app.MapPost("/", async (HttpContext context) =>
        {
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            return Results.Bytes(copy.ToArray());
        }));

        using var response = await app.Client.PostAsync(new Uri("/", UriKind.Relative), new ByteArrayContent(sent));

        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync());
    }

    private static Task<TestApp> StartAsync(string way, Action<WebApplication> map)
    {
        var record = new ConcurrentQueue<string>();
        RecordingHook Reading(string name) => new(name, record) { Before = context => ReadAsync(context, way) };
        return TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware()
                    .AddMiddleware("hooks", app => app.Use(next =>
                    {
                        var hook = new HookRun([Reading("a"), Reading("b"), new RecordingHook("c", record)]);
                        return context => hook.InvokeAsync(context, next);
                    }))
                    .Use("hooks");
            },
            app =>
            {
                app.UseRouteMiddleware();
                map(app);
            });
    }

    private static async ValueTask<IResult?> ReadAsync(HttpContext context, string way)
    {
        switch (way)
        {
            case "stream":
                using (var reader = new StreamReader(context.Request.Body, Encoding.Latin1, leaveOpen: true))
                {
                    Assert.NotEmpty(await reader.ReadToEndAsync());
                }

                break;
            case "half":
                Assert.True(await context.Request.Body.ReadAsync(new byte[10]) > 0);
                break;
            case "reader" or "reader twice":
                for (var round = 0; round < (way.Length > 6 ? 2 : 1); round++)
                {
                    var read = await context.Request.BodyReader.ReadAsync();
                    context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                }

                break;
            case "json":
                Assert.NotNull(await context.Request.ReadFromJsonAsync<Order>());
                break;
        }

        return null;
    }
}
