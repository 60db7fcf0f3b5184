using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.RequestDecompression;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RequestDecompression;

public sealed class RequestDecompressionMiddlewareTests
{
    private static readonly byte[] Order = Encoding.UTF8.GetBytes("""{"name":"tea"}""");

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Body_OfAKnownEncoding_IsUnpackedBeforeBinding(string encoding)
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync(onRoute);

            using var response = await PostAsync(app, "/orders", Pack(encoding, Order), encoding);

            Assert.Equal("tea", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Body_WithoutEncoding_IsLeftAsItIs()
    {
        await using var app = await StartAsync(onRoute: false);

        using var response = await PostAsync(app, "/orders", Order, null);

        Assert.Equal("tea", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("gzip", "/orders", "Production")]
    [InlineData("br", "/orders", "Production")]
    [InlineData("deflate", "/orders", "Production")]
    [InlineData("gzip", "/raw", "Production")]
    [InlineData("br", "/raw", "Production")]
    [InlineData("gzip", "/orders", "Development")]
    public async Task Body_ThatIsBroken_IsTheCallersFault(string encoding, string path, string environment)
    {
        await using var app = await StartAsync(onRoute: true, environment: environment);

        using var response = await PostAsync(app, path, [.. Enumerable.Repeat((byte)0xff, 64)], encoding);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("/orders")]
    [InlineData("/raw")]
    public async Task G7_Body_ThatUnpacksBeyondTheLimit_IsTooLarge(string path)
    {
        await using var app = await StartAsync(onRoute: true);

        using var response = await PostAsync(app, path, Pack("gzip", [.. Enumerable.Repeat((byte)' ', 200_000)]), "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("br", false)]
    [InlineData("gzip", true)]
    public async Task Encodings_OfTheOptions_AloneAreUnpacked(string encoding, bool unpacked)
    {
        await using var app = await StartAsync(onRoute: false, InBoxSettings.Of("RequestDecompression", "Encodings=gzip"));

        using var response = await PostAsync(app, "/raw", Pack(encoding, Order), encoding);

        Assert.Equal(unpacked, await response.Content.ReadAsStringAsync() == $"{Order.Length}");
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(onRoute: false, InBoxSettings.Of("RequestDecompression", "Encodings:0=zstd, Encodings:1=compress")));

        Assert.Contains("Encodings must name br, deflate or gzip, but names 'zstd'.", error.Message, StringComparison.Ordinal);
        Assert.Contains("Encodings must name br, deflate or gzip, but names 'compress'.", error.Message, StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(new RequestDecompressionOptions { Encodings = [] }.ThrowIfInvalid);
    }

    [Fact]
    public async Task Door_OfARoute_UnpacksThere()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapPost("/orders", static (Cart cart) => cart.Name).WithRequestDecompression(static o => o.Encodings = ["br"]));

        using var response = await PostAsync(app, "/orders", Pack("br", Order), "br");

        Assert.Equal("tea", await response.Content.ReadAsStringAsync());
    }

    private static Task<TestApp> StartAsync(bool onRoute, Dictionary<string, string?>? settings = null, string environment = "Production")
    {
        settings ??= [];

        if (!onRoute)
        {
            settings["RouteMiddleware:Middleware:0"] = "request_decompression";
        }

        return TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                app.UseRouteMiddleware();
                app.Use(static (context, next) =>
                {
                    context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = 100_000;
                    return next(context);
                });

                var group = onRoute ? app.MapGroup("").WithMiddleware("request_decompression") : app.MapGroup("");
                group.MapPost("/orders", static (Cart cart) => cart.Name);
                group.MapPost("/raw", static async (HttpRequest request) =>
                {
                    using var bytes = new MemoryStream();
                    await request.Body.CopyToAsync(bytes);
                    return $"{bytes.Length}";
                });
            },
            settings,
            environment);
    }

    private static async Task<HttpResponseMessage> PostAsync(TestApp app, string path, byte[] body, string? encoding)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await app.Client.PostAsync(new Uri(app.Address, path), content);
    }

    private static byte[] Pack(string encoding, byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    private sealed record Cart(string Name);
}
