using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Middleware.Gzip;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class GzipStreamingTests
{
    public static TheoryData<string, string> Ways()
    {
        var table = new TheoryData<string, string>();

        foreach (var coding in (string[])["gzip", "br"])
        {
            foreach (var path in (string[])["stream", "writer", "text", "late", "unbuffered", "json", "sync", "large"])
            {
                table.Add(path, coding);
            }
        }

        return table;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task G4_Flush_OfTheHandler_ReachesTheClient(string path, string coding)
    {
        var rest = new TaskCompletionSource();
        await using var app = await StartAsync(rest.Task);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/" + path)) { Headers = { { "Accept-Encoding", coding } } };

        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(coding, response.Content.Headers.ContentEncoding.Single());
        await using var body = await response.Content.ReadAsStreamAsync();
        await using Stream unpacked = coding == "gzip" ? new GZipStream(body, CompressionMode.Decompress) : new BrotliStream(body, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        var first = new char[6];

        Assert.Equal(first.Length, await reader.ReadBlockAsync(first).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(path == "json" ? "[\"firs" : "first\n", new string(first));
        rest.SetResult();
        Assert.EndsWith(path == "json" ? "\"last\"]" : "last\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task G4_Flush_BeforeAnyByte_SendsTheHeaders(string? coding)
    {
        var rest = new TaskCompletionSource();
        await using var app = await StartAsync(rest.Task);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/headers"));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", coding);

        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));
        rest.SetResult();

        Assert.Equal(coding ?? "", string.Join(',', response.Content.Headers.ContentEncoding));
        Assert.Empty(GzipApp.Unpack(await response.Content.ReadAsByteArrayAsync(), coding ?? ""));
        Assert.Equal(coding is null ? 0 : 20, (await response.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task G4_ServerSentEvents_AreNeverTouched()
    {
        var rest = new TaskCompletionSource();
        await using var app = await StartAsync(rest.Task);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/events")) { Headers = { { "Accept-Encoding", "gzip, br" } } };

        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        Assert.Equal("data: 0", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Empty(response.Headers.Vary);
        rest.SetResult();
        Assert.EndsWith("data: 99\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LateFlush_WithoutTheClockMoving_WaitsForTheEnd()
    {
        var clock = new ManualClock();
        var flushes = 0;
        var late = new LateFlush(clock, () =>
        {
            Interlocked.Increment(ref flushes);
            return Task.CompletedTask;
        });
        late.SetHandlerWaiting();
        late.Want();
        clock.Advance(TimeSpan.FromMilliseconds(19));
        await late.EndAsync();
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, flushes);
    }

    [Fact]
    public async Task LateFlush_DuringAnOperationOfTheHandler_WaitsForItsEnd()
    {
        var clock = new ManualClock();
        var flushed = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var late = new LateFlush(clock, () =>
        {
            flushed.SetResult();
            return release.Task;
        });
        late.Want();
        clock.Advance(TimeSpan.FromSeconds(1));
        await late.EnterAsync();
        late.SetHandlerWaiting();
        clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.False(flushed.Task.IsCompleted);
        late.Exit();
        await flushed.Task.WaitAsync(TimeSpan.FromSeconds(10));

        var entered = late.EnterAsync().AsTask();
        Assert.False(entered.IsCompleted);
        release.SetResult();
        await entered.WaitAsync(TimeSpan.FromSeconds(10));
        late.Exit();
        await late.EndAsync();
    }

    [Fact]
    public async Task LateFlush_ThatWasForgotten_DoesNotCome()
    {
        var clock = new ManualClock();
        var flushes = 0;
        var late = new LateFlush(clock, () =>
        {
            flushes++;
            return Task.CompletedTask;
        });
        late.SetHandlerWaiting();
        late.Want();
        late.Forget();
        clock.Advance(TimeSpan.FromSeconds(1));
        await late.EndAsync();

        Assert.Equal(0, flushes);
    }

    private static Task<TestApp> StartAsync(Task rest) => GzipApp.StartAsync(group =>
    {
        Map("/stream", async response =>
        {
            await response.Body.WriteAsync("first\n"u8.ToArray());
            await response.Body.FlushAsync();
        });
        Map("/writer", async response =>
        {
            await response.BodyWriter.WriteAsync("first\n"u8.ToArray());
            await response.BodyWriter.FlushAsync();
        });
        Map("/text", static response => response.WriteAsync("first\n"));
        Map("/late", static async response =>
        {
            await Task.Yield();
            await response.WriteAsync("first\n");
        });
        Map("/unbuffered", static async response =>
        {
            response.HttpContext.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
            await response.Body.WriteAsync("first\n"u8.ToArray());
        });
        Map("/sync", static response =>
        {
            response.HttpContext.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
            response.Body.Write("first\n"u8.ToArray());
            response.Body.Flush();
            return Task.CompletedTask;
        });
        Map("/large", static async response =>
        {
            await response.Body.WriteAsync(Encoding.ASCII.GetBytes("first\n" + new string('x', 5000)));
            await response.Body.FlushAsync();
        });
        Map("/headers", static response => response.Body.FlushAsync(), "");
        group.MapGet("/json", () => ItemsAsync());
        group.MapGet("/events", async (HttpResponse response) =>
        {
            response.ContentType = "text/event-stream";
            await response.WriteAsync("data: 0\n\n");
            await rest;

            for (var i = 1; i < 100; i++)
            {
                await response.WriteAsync($"data: {i}\n\n");
            }
        });

        async IAsyncEnumerable<string> ItemsAsync()
        {
            yield return "first";
            await rest;
            yield return "last";
        }

        void Map(string path, Func<HttpResponse, Task> first, string last = "last\n") => group.MapGet(path, async (HttpResponse response) =>
        {
            response.ContentType = "text/plain";
            await first(response);
            await rest;

            if (last.Length > 0)
            {
                await response.Body.WriteAsync(Encoding.ASCII.GetBytes(last));
            }
        });
    });
}
