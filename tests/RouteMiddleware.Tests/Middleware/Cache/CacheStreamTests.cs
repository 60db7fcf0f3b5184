using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheStreamTests
{
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Theory]
    [InlineData("application/x-ndjson", false)]
    [InlineData("application/x-ndjson", true)]
    [InlineData("text/event-stream", true)]
    public async Task Stream_WhileTheHandlerGoesOn_FlowsToItsCaller(string contentType, bool yieldsFirst)
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            context.Response.ContentType = contentType;

            if (yieldsFirst)
            {
                await Task.Yield();
            }

            await context.Response.WriteAsync($"first {run}\n");
            await context.Response.Body.FlushAsync();
            await _rest.Task;
            await context.Response.WriteAsync("last\n");
        });

        using var response = await app.App.Client.GetAsync(new Uri(app.App.Address, "/a"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("first 1", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        _rest.SetResult();
        Assert.Equal("last\n", await reader.ReadToEndAsync());

        // What flowed is kept all the same, unless it is a stream of events.
        Assert.Equal(contentType[0] == 'a' ? "HIT first 1\nlast" : "MISS first 2\nlast", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task StartAsync_BeforeTheBody_SendsTheHeaders()
    {
        await using var app = await CacheApp.StartAsync(async (context, _) =>
        {
            await context.Response.StartAsync();
            Assert.True(context.Response.HasStarted);
            await _rest.Task;
            await context.Response.WriteAsync("late");
        });

        using var response = await app.App.Client.GetAsync(new Uri(app.App.Address, "/a"), HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal("MISS", Assert.Single(response.Headers.GetValues("X-Cache")));
        _rest.SetResult();
        Assert.Equal("late", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("writer")]
    [InlineData("stream")]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("yield")]
    [InlineData("complete")]
    [InlineData("sync")]
    [InlineData("empty")]
    public async Task Answer_WrittenInAnyWay_IsWholeWithLengthAndTag(string way)
    {
        await using var app = await CacheApp.StartAsync(
            async (context, _) =>
            {
                var response = context.Response;

                switch (way)
                {
                    case "writer":
                        response.BodyWriter.Write("\"hello\""u8);
                        break;
                    case "stream":
                        await response.Body.WriteAsync("\"hel"u8.ToArray());
                        await response.Body.WriteAsync("lo\""u8.ToArray());
                        break;
                    case "text":
                        await response.WriteAsync("\"hello\"");
                        break;
                    case "json":
                        await response.WriteAsJsonAsync("hello");
                        break;
                    case "yield":
                        await Task.Yield();
                        await response.WriteAsync("\"hel");
                        await response.WriteAsync("lo\"");
                        break;
                    case "complete":
                        await response.WriteAsync("\"hello\"");
                        await response.CompleteAsync();
                        break;
                    case "sync":
                        context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
                        using (var writer = new StreamWriter(response.Body, leaveOpen: true))
                        {
                            writer.Write("\"hello\"");
                        }

                        break;
                }
            });
        var expected = way == "empty" ? "" : "\"hello\"";

        using var miss = await app.SendAsync("/a");
        using var hit = await app.SendAsync("/a");

        Assert.Equal((expected, expected), (await miss.Content.ReadAsStringAsync(), await hit.Content.ReadAsStringAsync()));
        Assert.Equal((expected.Length, expected.Length), ((int)miss.Content.Headers.ContentLength!, (int)hit.Content.Headers.ContentLength!));
        Assert.NotNull(miss.Headers.ETag);
        Assert.Equal(miss.Headers.ETag, hit.Headers.ETag);
        Assert.Equal(1, app.Runs);
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public async Task Body_OfAnySize_IsTheSameOnMissAndHit(int size)
    {
        var bytes = new byte[size];
        new Random(7).NextBytes(bytes);
        await using var app = await CacheApp.StartAsync(async (context, _) =>
        {
            for (var i = 0; i < size; i += 10_000)
            {
                await context.Response.Body.WriteAsync(bytes.AsMemory(i, Math.Min(10_000, size - i)));
            }
        });

        using var miss = await app.SendAsync("/a");
        using var hit = await app.SendAsync("/a");

        Assert.Equal(bytes, await miss.Content.ReadAsByteArrayAsync());
        Assert.Equal(bytes, await hit.Content.ReadAsByteArrayAsync());
        Assert.Equal("HIT", Assert.Single(hit.Headers.GetValues("X-Cache")));
        Assert.NotNull(hit.Headers.ETag);
    }

    [Fact]
    public async Task File_SentByTheHandler_IsKept()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, new string('f', 100_000));
        await using var app = await CacheApp.StartAsync((context, _) => context.Response.SendFileAsync(path, 10, 50_000));

        using var miss = await app.SendAsync("/a");
        File.Delete(path);
        using var hit = await app.SendAsync("/a");

        Assert.Equal(new string('f', 50_000), await miss.Content.ReadAsStringAsync());
        Assert.Equal(new string('f', 50_000), await hit.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(10, "HIT")]
    [InlineData(11, "MISS")]
    public async Task MaxBodySize_IsTheLargestThatIsKept(int size, string expected)
    {
        await using var app = await CacheApp.StartAsync((context, _) => context.Response.WriteAsync(new string('x', size)), static o => o.MaxBodySize = 10);

        await app.GetAsync("/a");

        Assert.Equal($"{expected} {new string('x', size)}", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K7_HalfBody_IsNeverKept()
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            context.Response.ContentLength = run == 1 ? 10 : 5;
            await context.Response.WriteAsync("hello");
            await context.Response.Body.FlushAsync();

            if (run == 2)
            {
                context.Abort();

                // The server says so on another thread.
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await Task.Yield();
                }
            }

            if (run == 3)
            {
                await Task.Yield();
                throw new InvalidOperationException("broken");
            }
        });

        // Too short, broken off by the handler, and failed.
        for (var run = 1; run <= 3; run++)
        {
            await Record.ExceptionAsync(() => app.GetAsync("/a"));
            Assert.Equal(run, app.Runs);
        }

        Assert.Equal("MISS hello", await app.GetAsync("/a"));
        Assert.Equal("HIT hello", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K7_HandlerThatStopsWhenItsCallerGoes_LeavesNoHalfBody()
    {
        var stopped = new TaskCompletionSource();
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            await context.Response.WriteAsync("first half");

            if (run == 1)
            {
                await context.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                stopped.SetResult();
                return;
            }

            await context.Response.WriteAsync(", second half");
        });
        using var gone = new CancellationTokenSource();

        using (await app.App.Client.GetAsync(new Uri(app.App.Address, "/a"), HttpCompletionOption.ResponseHeadersRead, gone.Token))
        {
        }

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("MISS first half, second half", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Failure_AfterAWriteThatWasNotSentYet_IsACleanErrorPage()
    {
        await using var app = await CacheApp.StartAsync(
            async (context, _) =>
            {
                await context.Response.WriteAsync("half of it");
                throw new InvalidOperationException("broken");
            },
            front: static web => web.UseExceptionHandler(static error => error.Run(static context => context.Response.WriteAsync("sorry"))));

        Assert.Equal("500 MISS sorry", await app.GetAsync("/a"));
        Assert.Equal("500 MISS sorry", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task AnswerWithTrailers_IsNotKept()
    {
        await using var app = await CacheApp.StartAsync(async (context, run) =>
        {
            // The server has the feature with HTTP/2 alone.
            context.Features.Set<IHttpResponseTrailersFeature>(new Trailing());
            await context.Response.WriteAsync($"run {run}");
            context.Response.AppendTrailer("X-Sum", "1");
        });

        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    private sealed class Trailing : IHttpResponseTrailersFeature
    {
        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();
    }
}
