using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class GzipAnswerTests
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("0123456789abcdef", 500));

    [Theory]
    [InlineData(1023, "", "")]
    [InlineData(1024, "gzip", "Accept-Encoding")]
    [InlineData(1025, "gzip", "Accept-Encoding")]
    [InlineData(0, "", "")]
    [InlineData(1, "", "")]
    public async Task Answer_BelowTheMinimum_IsLeftAloneWithItsLength(int length, string coding, string vary)
    {
        await using var app = await StartAsync();

        foreach (var path in AnswerWays.Names.Where(path => length >= 2 || path != "json"))
        {
            var answer = await GzipApp.GetAsync(app, $"/{path}?length={length}");
            Assert.Equal((path, length, coding, vary), (path, answer.Body.Length, answer.Coding, answer.Vary));
            Assert.Equal((path, coding.Length > 0 ? null : length), (path, answer.ContentLength));

            // What is told to clients that take nothing is the same, so that no cache mixes them up.
            var plain = await GzipApp.GetAsync(app, $"/{path}?length={length}", accept: null);
            Assert.Equal((path, "", vary, answer.Text), (path, plain.Coding, plain.Vary, plain.Text));
        }
    }

    [Theory]
    [InlineData("", "Accept-Encoding")]
    [InlineData("Origin", "Origin, Accept-Encoding")]
    [InlineData("accept-encoding", "accept-encoding")]
    [InlineData("Origin, Accept-Encoding", "Origin, Accept-Encoding")]
    [InlineData("*", "*")]
    public async Task G3_Vary_OfTheHandler_IsCompletedOnce(string own, string expected)
    {
        await using var app = await StartAsync();

        Assert.Equal(expected, (await GzipApp.GetAsync(app, $"/vary?own={own}")).Vary);
        Assert.Equal(expected, (await GzipApp.GetAsync(app, $"/vary?own={own}", accept: null)).Vary);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip;q=0", "")]
    [InlineData("nonsense", "")]
    [InlineData(null, "")]
    public async Task G6_AnswerInAnyCoding_TellsCachesThatItVaries(string? accept, string coding)
    {
        await using var app = await StartAsync();

        var answer = await GzipApp.GetAsync(app, "/text?length=5000", accept);

        Assert.Equal((coding, "Accept-Encoding", 5000), (answer.Coding, answer.Vary, answer.Body.Length));
    }

    [Theory]
    [InlineData("\"abc\"", "W/\"abc\"")]
    [InlineData("W/\"abc\"", "W/\"abc\"")]
    public async Task G3_StrongETag_OfACompressedAnswer_IsWeak(string own, string expected)
    {
        await using var app = await StartAsync();

        Assert.Equal(expected, (await GzipApp.GetAsync(app, $"/etag?own={Uri.EscapeDataString(own)}")).ETag);
        Assert.Equal(own, (await GzipApp.GetAsync(app, $"/etag?own={Uri.EscapeDataString(own)}", accept: null)).ETag);
    }

    [Theory]
    [InlineData("W/\"v1\"", 304)]
    [InlineData("\"v1\"", 304)]
    [InlineData("W/\"v0\", W/\"v1\"", 304)]
    [InlineData("W/\"v2\"", 200)]
    [InlineData("\"xW/\"", 200)]
    [InlineData("W/broken", 200)]
    public async Task ConditionalRequest_WithTheWeakTag_Is304(string tag, int status)
    {
        await using var app = await StartAsync();

        foreach (var path in (string[])["/file", "/memory"])
        {
            var answer = await GzipApp.GetAsync(app, path, headers: ("If-None-Match", tag));
            Assert.Equal((path, status), (path, (int)answer.Status));
            Assert.Equal(status == 304 ? "" : "gzip", answer.Coding);

            // The tag of what the client has: a cache on the way would not find its answer by another.
            Assert.Equal(tag == "\"v1\"" ? tag : "W/\"v1\"", answer.ETag);
        }
    }

    [Theory]
    [InlineData("/head?length=5000", "gzip", null)]
    [InlineData("/head?length=1023", "", 1023L)]
    [InlineData("/bytes?length=5000", "gzip", null)]
    [InlineData("/bytes?length=1023", "", 1023L)]
    [InlineData("/text?length=5000", "gzip", null)]
    [InlineData("/text?length=1023", "", 1023L)]
    [InlineData("/file", "gzip", null)]
    [InlineData("/image", "", 5000L)]
    public async Task Head_OfAnAnswer_AgreesWithGet(string path, string coding, long? length)
    {
        await using var app = await StartAsync();

        var head = await GzipApp.GetAsync(app, path, method: HttpMethod.Head);

        Assert.Equal((coding, length, coding.Length > 0 ? "Accept-Encoding" : ""), (head.Coding, head.ContentLength, head.Vary));
        Assert.Equal(0, head.Length);

        if (!path.StartsWith("/head", StringComparison.Ordinal))
        {
            var get = await GzipApp.GetAsync(app, path);
            Assert.Equal((get.Coding, get.Vary, get.ETag, get.Status), (head.Coding, head.Vary, head.ETag, head.Status));
        }
    }

    [Theory]
    [InlineData("Content-Encoding", "own", 200)]
    [InlineData("Content-Encoding", "identity", 200)]
    [InlineData("Content-Range", "bytes 0-7999/9000", 200)]
    [InlineData("Content-Range", "bytes 0-7999/9000", 206)]
    [InlineData("Cache-Control", "no-transform", 200)]
    [InlineData("Cache-Control", "public, NO-TRANSFORM , max-age=5", 200)]
    [InlineData("Content-Type", "image/png", 200)]
    [InlineData("Content-Type", "text/event-stream", 200)]
    [InlineData("Content-Digest", "sha-256=:AAAA:", 200)]
    [InlineData("Content-MD5", "AAAA", 200)]
    [InlineData("Repr-Digest", "sha-256=:AAAA:", 200)]
    [InlineData("X-None", "1", 206)]
    public async Task Answer_ThatIsNotToBeChanged_IsLeftAlone(string name, string value, int status)
    {
        await using var app = await StartAsync();

        foreach (var told in (bool[])[true, false])
        {
            var answer = await GzipApp.GetAsync(app, $"/own?name={name}&value={Uri.EscapeDataString(value)}&status={status}&told={told}");
            Assert.Equal((name == "Content-Encoding" ? value : "", "", status), (answer.Coding, answer.Vary, (int)answer.Status));
            Assert.Equal(Long.Length, answer.Length);
        }
    }

    [Theory]
    [InlineData("Cache-Control", "no-transformers", 200)]
    [InlineData("X-None", "1", 404)]
    [InlineData("X-None", "1", 500)]
    public async Task Answer_LikeAnyOther_IsCompressed(string name, string value, int status)
    {
        await using var app = await StartAsync();

        var answer = await GzipApp.GetAsync(app, $"/own?name={name}&value={value}&status={status}&told=true");

        Assert.Equal(("gzip", status, Long), (answer.Coding, (int)answer.Status, answer.Text));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(205)]
    [InlineData(304)]
    public async Task Answer_WithoutABody_IsLeftAlone(int status)
    {
        await using var app = await StartAsync();

        var answer = await GzipApp.GetAsync(app, $"/status?status={status}");

        Assert.Equal(("", "", status), (answer.Coding, answer.Vary, (int)answer.Status));
    }

    [Fact]
    public async Task Headers_SetAtTheLastMoment_Count()
    {
        await using var app = await StartAsync();

        Assert.Equal(("", ""), await CodingAndVaryAsync(app, "/late?name=Cache-Control&value=no-transform"));
        Assert.Equal(("gzip", "Cookie, Accept-Encoding"), await CodingAndVaryAsync(app, "/late?name=Vary&value=Cookie"));
    }

    [Fact]
    public async Task Ranges_OfACompressedAnswer_AreNotOffered()
    {
        await using var app = await StartAsync();
        using var plain = await app.Client.GetAsync(new Uri(app.Address, "/memory"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/memory")) { Headers = { { "Accept-Encoding", "gzip" } } };
        using var packed = await app.Client.SendAsync(request);

        Assert.Equal("bytes", plain.Headers.AcceptRanges.Single());
        Assert.Empty(packed.Headers.AcceptRanges);
        Assert.Equal((206, "", 100), (await GzipApp.GetAsync(app, "/memory", headers: ("Range", "bytes=0-99"))) is var part ? ((int)part.Status, part.Coding, part.Length) : default);
    }

    private static async Task<(string Coding, string Vary)> CodingAndVaryAsync(TestApp app, string path)
    {
        var answer = await GzipApp.GetAsync(app, path);
        return (answer.Coding, answer.Vary);
    }

    private static Task<TestApp> StartAsync() => GzipApp.StartAsync(static group =>
    {
        string[] both = ["GET", "HEAD"];
        AnswerWays.Map(group);
        group.MapGet("/vary", static (string? own, HttpResponse response) =>
        {
            response.Headers.Vary = string.IsNullOrEmpty(own) ? StringValues.Empty : own;
            return Long;
        });
        group.MapGet("/etag", static (string own, HttpResponse response) =>
        {
            response.Headers.ETag = own;
            return Long;
        });
        group.MapMethods("/file", both, static () => Results.File(Path.Combine(Repository.Root, "README.md"), "text/plain", entityTag: new("\"v1\"")));
        group.MapMethods("/memory", both, static () => Results.Bytes(System.Text.Encoding.ASCII.GetBytes(Long), "text/plain", entityTag: new("\"v1\""), enableRangeProcessing: true));
        group.MapMethods("/image", both, static () => Results.Bytes(new byte[5000], "image/png"));
        group.MapMethods("/head", ["HEAD"], static (int length, HttpResponse response) =>
        {
            (response.ContentType, response.ContentLength) = ("text/plain", length);
            return Task.CompletedTask;
        });
        group.MapGet("/status", static (int status, HttpResponse response) =>
        {
            response.ContentType = "text/plain";
            response.StatusCode = status;
        });
        group.MapGet("/own", static (string name, string value, int status, bool told, HttpResponse response) =>
        {
            response.StatusCode = status;
            response.ContentType = "text/plain";
            response.Headers[name] = value;
            response.ContentLength = told ? Long.Length : null;
            return response.Body.WriteAsync(System.Text.Encoding.ASCII.GetBytes(Long)).AsTask();
        });
        group.MapGet("/late", static (string name, string value, HttpResponse response) =>
        {
            response.OnStarting(() =>
            {
                response.Headers[name] = value;
                return Task.CompletedTask;
            });
            return Long;
        });
    });
}
