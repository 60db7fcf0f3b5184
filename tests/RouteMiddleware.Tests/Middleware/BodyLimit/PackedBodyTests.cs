using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.BodyLimit;

/// <summary>LIMITS G7: a small body that unpacks to a large one, on either side of what unpacks it.</summary>
public sealed class PackedBodyTests
{
    public static TheoryData<string, string, bool> Places
    {
        get
        {
            var places = new TheoryData<string, string, bool>();

            foreach (var order in (string[])["body_limit:1000b request_decompression", "request_decompression body_limit:1000b"])
            {
                foreach (var path in (string[])["/json", "/stream"])
                {
                    places.Add(order, path, p3: false);
                    places.Add(order, path, p3: true);
                }
            }

            return places;
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task G7_BodyThatUnpacksBeyondTheLimit_IsRefused(string order, string path, bool chunked)
    {
        await using var app = await StartAsync(order);

        using var refused = await PostAsync(app, path, 1001, chunked);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"code\":\"body_too_large\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var passed = await PostAsync(app, path, 1000, chunked);
        Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        Assert.Equal("1000", await passed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task HandlersOwn413_OfABodyThatIsNotPacked_Stays()
    {
        await using var app = await StartAsync("body_limit:1000b");

        using var response = await app.Client.PostAsync(new Uri("/own", UriKind.Relative), new StringContent("x"));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    private static Task<TestApp> StartAsync(string order)
        => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                var group = app.MapGroup("").WithMiddleware(order.Split(' '));
                group.MapPost("/json", static (string[] texts) => Results.Text($"{texts[0].Length + 4}"));
                group.MapPost("/own", static () => Results.StatusCode(StatusCodes.Status413PayloadTooLarge));
                group.MapPost("/stream", static async (HttpRequest request) =>
                {
                    using var copy = new MemoryStream();
                    await request.Body.CopyToAsync(copy);
                    return Results.Text($"{copy.Length}");
                });
            });

    private static async Task<HttpResponseMessage> PostAsync(TestApp app, string path, int length, bool chunked)
    {
        using var packed = new MemoryStream();

        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.ASCII.GetBytes($"[\"{new string('x', length - 4)}\"]"));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, path)) { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentType = new("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.TransferEncodingChunked = chunked;
        return await app.Client.SendAsync(request);
    }
}
