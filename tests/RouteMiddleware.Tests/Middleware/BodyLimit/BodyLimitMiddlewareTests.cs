using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.BodyLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.BodyLimit;

public sealed class BodyLimitMiddlewareTests
{
    public static TheoryData<string, string, bool> Readers()
    {
        var table = new TheoryData<string, string, bool>();

        foreach (var path in (string[])["/json", "/form", "/stream", "/pipe", "/catching", "/wrapping", "/controller"])
        {
            table.Add(path, "Production", false);
            table.Add(path, "Development", false);
            table.Add(path, "Production", true);
        }

        return table;
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Body_BeyondTheLimit_IsAnsweredWith413HoweverItIsRead(string path, string environment, bool isGlobal)
    {
        await using var app = await BodyLimitApp.StartAsync(environment, isGlobal);

        foreach (var chunked in (bool[])[false, true])
        {
            foreach (var length in (int[])[BodyLimitApp.Limit - 1, BodyLimitApp.Limit])
            {
                Assert.Equal((200, $"read {length}"), await BodyLimitApp.PostAsync(app, path, length, chunked));
            }

            foreach (var length in (int[])[BodyLimitApp.Limit + 1, 5 * BodyLimitApp.Limit, 200 * BodyLimitApp.Limit])
            {
                Assert.Equal(413, (await BodyLimitApp.PostAsync(app, path, length, chunked)).Status);
            }
        }
    }

    [Fact]
    public async Task Answer_ThatTheHandlerMadeOfItsFailedRead_IsTakenBack()
    {
        await using var app = await BodyLimitApp.StartAsync();

        var answer = await app.SendRawAsync("POST /catching HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + new string('x', 1001) + "\r\n0\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("X-Handler: before\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("made of it", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExceptionHandler_InFrontOrBehind_LeavesTheAnswer413(bool isGlobal)
    {
        await using var app = await BodyLimitApp.StartAsync(isGlobal: isGlobal, middleware: static app => app.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("handled"))));

        Assert.Equal(413, (await BodyLimitApp.PostAsync(app, "/wrapping", 5000, chunked: true)).Status);
        Assert.Equal(413, (await BodyLimitApp.PostAsync(app, "/stream", 5000, chunked: true)).Status);
    }

    [Fact]
    public async Task Body_InManySmallChunks_IsCountedWithoutTheirFrames()
    {
        await using var app = await BodyLimitApp.StartAsync();
        var bytes = string.Concat(Enumerable.Repeat("1\r\nx\r\n", 1000));
        const string head = "POST /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";

        Assert.Contains("read 1000", await app.SendRawAsync(head + bytes + "0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await app.SendRawAsync(head + bytes + "1\r\nx\r\n0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContentLength_BeyondTheLimit_IsRefusedAtOnceAndTheConnectionCloses()
    {
        await using var app = await BodyLimitApp.StartAsync();
        var watch = Stopwatch.StartNew();

        // No byte of the body is ever sent: whoever waits for one waits here until the test fails.
        var answer = await app.SendRawAsync("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\nExpect: 100-continue\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close\r\n", answer, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4), "The server went on waiting for the body.");
    }

    [Fact]
    public async Task ContentLength_LittleBeyondTheLimit_LeavesTheConnectionOpen()
    {
        await using var app = await BodyLimitApp.StartAsync();

        var answer = await app.SendRawAsync(
            $"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n{new string('x', 1001)}GET /bare HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("bare", answer.Replace("\r\n0\r\n\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_ThatNobodyReads_ArePassedOver()
    {
        await using var app = await BodyLimitApp.StartAsync();

        Assert.Equal((200, "not read"), await BodyLimitApp.PostAsync(app, "/unread", 5000, chunked: true));
    }

    [Theory]
    [InlineData("/raised", true, 200)]
    [InlineData("/raised", false, 200)]
    [InlineData("/metadata", true, 413)]
    [InlineData("/metadata", false, 413)]
    [InlineData("/nested", true, 413)]
    [InlineData("/nested", false, 413)]
    [InlineData("/exempt", true, 200)]
    public async Task Limit_OverTheServersOwn_HoldsWhereNothingElseIsLower(string path, bool chunked, int status)
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = 2000);
            },
            static app =>
            {
                static async Task<string> ReadAsync(HttpRequest request)
                {
                    using var reader = new StreamReader(request.Body);
                    return $"read {(await reader.ReadToEndAsync()).Length}";
                }

                app.MapPost("/raised", ReadAsync).WithMiddleware("body_limit:8kb");
                app.MapPost("/metadata", ReadAsync).WithMiddleware("body_limit:8kb").WithMetadata(new RequestSizeLimitAttribute(3000));
                app.MapGroup("").WithMiddleware("body_limit:3kb").MapPost("/nested", ReadAsync).WithMiddleware("body_limit:8kb");
                app.MapGroup("").WithMiddleware("body_limit:3kb").MapPost("/exempt", ReadAsync).WithoutMiddleware("body_limit").WithMiddleware("body_limit:8kb");
            });

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, path)) { Content = new ByteArrayContent(new byte[5000]) };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await app.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Unpacker_BehindTheLimit_FindsIt()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware().Use("body_limit:1kb");
                builder.Services.AddRequestDecompression();
            },
            static app =>
            {
                app.UseRouteMiddleware();
                app.UseRequestDecompression();
                app.MapPost("/", static async (HttpRequest request) =>
                {
                    using var copy = new MemoryStream();
                    await request.Body.CopyToAsync(copy);
                    return copy.Length.ToString(CultureInfo.InvariantCulture);
                });
            });

        foreach (var (length, status) in (ReadOnlySpan<(int, int)>)[(1024, 200), (1_000_000, 413)])
        {
            foreach (var chunked in (bool[])[false, true])
            {
                using var packed = new MemoryStream();

                using (var packer = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
                {
                    packer.Write(new byte[length]);
                }

                using var request = new HttpRequestMessage(HttpMethod.Post, app.Address) { Content = new ByteArrayContent(packed.ToArray()) };
                request.Content.Headers.ContentEncoding.Add("gzip");
                request.Headers.TransferEncodingChunked = chunked;
                using var response = app.Client.Send(request);
                Assert.Equal(status, (int)response.StatusCode);
            }
        }
    }

    [Fact]
    public void Pass_OfARequestWithoutABody_AllocatesNothing()
    {
        var middleware = new BodyLimitMiddleware(new(), NullLogger<BodyLimitMiddleware>.Instance, new());
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new Bodiless());
        var next = new RequestDelegate(static _ => Task.CompletedTask);

        for (var i = 0; i < 100; i++)
        {
            Assert.Same(Task.CompletedTask, middleware.InvokeAsync(context, next));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _ = middleware.InvokeAsync(context, next);
        }

        Assert.Equal(0, (GC.GetAllocatedBytesForCurrentThread() - before) / 1000);
    }

    private sealed class Bodiless : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
