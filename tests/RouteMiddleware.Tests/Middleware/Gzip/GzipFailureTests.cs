using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Gzip;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class GzipFailureTests
{
    [Theory]
    [InlineData("gzip", false)]
    [InlineData("br", false)]
    [InlineData("gzip", true)]
    public async Task G5_HandlerThatThrowsMidBody_ResetsTheConnection(string coding, bool isSwallowed)
    {
        await using var app = await StartAsync(static async response =>
        {
            await response.Body.WriteAsync(new byte[5000]);
            await response.Body.FlushAsync();
            throw new InvalidOperationException("broken");
        }, isSwallowed: isSwallowed);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GzipApp.GetAsync(app, "/", coding));
        AssertNothingHeld(app);
    }

    [Theory]
    [InlineData(4999)]
    [InlineData(5001)]
    public async Task G3_BodyOfAnotherLengthThanTold_ResetsTheConnection(int told)
    {
        await using var app = await StartAsync(response =>
        {
            response.ContentLength = told;
            return response.Body.WriteAsync(new byte[5000]).AsTask();
        });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => GzipApp.GetAsync(app, "/"));
        AssertNothingHeld(app);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task ExceptionHandler_AfterASmallWrite_AnswersAlone(bool isBehind, bool isByWriter)
    {
        await using var app = await StartAsync(
            async response =>
            {
                if (isByWriter)
                {
                    await response.WriteAsync("stale");
                    response.BodyWriter.Write("unflushed"u8);
                }
                else
                {
                    await response.Body.WriteAsync("stale"u8.ToArray());
                }

                throw new InvalidOperationException("broken");
            },
            handlerBehind: isBehind,
            handlerInFront: !isBehind);

        foreach (var coding in (string?[])["gzip", null])
        {
            var answer = await GzipApp.GetAsync(app, "/", coding);
            Assert.Equal((500, "handled", ""), ((int)answer.Status, answer.Text, answer.Coding));
        }

        AssertNothingHeld(app);
    }

    [Fact]
    public async Task ExceptionHandler_ThatAnswersMuch_IsCompressedToo()
    {
        await using var app = await StartAsync(static _ => throw new InvalidOperationException("broken"), handlerBehind: true, page: new string('p', 5000));

        var answer = await GzipApp.GetAsync(app, "/");

        Assert.Equal((500, new string('p', 5000), "gzip"), ((int)answer.Status, answer.Text, answer.Coding));
    }

    [Fact]
    public async Task G5_ClientThatLeaves_EndsTheWorkAndLeavesNothing()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(async response =>
        {
            var random = new Random(1);
            var bytes = new byte[64 * 1024];

            try
            {
                while (!response.HttpContext.RequestAborted.IsCancellationRequested)
                {
                    random.NextBytes(bytes);
                    await response.Body.WriteAsync(bytes);
                    begun.TrySetResult();
                }
            }
            finally
            {
                ended.SetResult();
            }
        });

        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(app.Address.Host, app.Address.Port);
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"));
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.True(Memory(app).Used > 0);
            socket.LingerState = new(true, 0);
        }

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
        AssertNothingHeld(app);
    }

    [Fact]
    public async Task Write_WithACancelledToken_IsCancelled()
    {
        await using var app = await StartAsync(static async response =>
        {
            using var source = new CancellationTokenSource();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response.Body.WriteAsync(new byte[10], source.Token).AsTask());
            await response.Body.WriteAsync("after"u8.ToArray(), CancellationToken.None);
        });

        Assert.Equal("after", (await GzipApp.GetAsync(app, "/")).Text);
    }

    [Fact]
    public async Task SynchronousWrite_WhereTheServerForbidsIt_IsRefused()
    {
        await using var app = await StartAsync(static response =>
        {
            Assert.Throws<InvalidOperationException>(() => response.Body.Write([1, 2, 3], 0, 3));
            Assert.Throws<InvalidOperationException>(response.Body.Flush);
            return response.WriteAsync("refused");
        });

        Assert.Equal("refused", (await GzipApp.GetAsync(app, "/")).Text);
    }

    [Fact]
    public async Task G8_SlowReaders_BeyondTheMemory_GetTheirAnswersAsTheyAre()
    {
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(
            async response =>
            {
                await response.Body.WriteAsync(new byte[5000]);
                await response.Body.FlushAsync();
                await rest.Task;
            },
            memory: new EncoderMemory(4 * 1024 * 1024));
        List<HttpResponseMessage> answers = [];

        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, app.Address) { Headers = { { "Accept-Encoding", "br, gzip" } } };
            answers.Add(await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead));
        }

        var codings = answers.Select(static answer => string.Join(',', answer.Content.Headers.ContentEncoding)).ToArray();
        Assert.Equal(["br", .. Enumerable.Repeat("gzip", 6), .. Enumerable.Repeat("", 13)], codings);
        Assert.All(answers, static answer => Assert.Equal("Accept-Encoding", answer.Headers.Vary.Single()));
        rest.SetResult();

        foreach (var (answer, coding) in answers.Zip(codings))
        {
            Assert.Equal(new byte[5000], GzipApp.Unpack(await answer.Content.ReadAsByteArrayAsync(), coding));
            answer.Dispose();
        }

        AssertNothingHeld(app);
    }

    private static EncoderMemory Memory(TestApp app) => app.App.Services.GetRequiredService<EncoderMemory>();

    // The answer is out a moment before its middleware ends.
    private static void AssertNothingHeld(TestApp app) => Assert.True(SpinWait.SpinUntil(() => Memory(app).Used == 0, TimeSpan.FromSeconds(10)));

    private static Task<TestApp> StartAsync(
        Func<HttpResponse, Task> write,
        bool handlerInFront = false,
        bool handlerBehind = false,
        bool isSwallowed = false,
        string page = "handled",
        EncoderMemory? memory = null)
        => TestApp.StartAsync(
            builder =>
            {
                if (memory is not null)
                {
                    builder.Services.AddSingleton(memory);
                }

                builder.Services.AddRouteMiddleware().Use("gzip");
            },
            app =>
            {
                if (isSwallowed)
                {
                    app.Use(static async (context, next) =>
                    {
                        try
                        {
                            await next(context);
                        }
                        catch (InvalidOperationException)
                        {
                            // As a careless error handler does: the answer would look whole.
                            await context.Response.CompleteAsync();
                        }
                    });
                }

                if (handlerInFront)
                {
                    UseErrorPage(app, page);
                }

                app.UseRouteMiddleware();

                if (handlerBehind)
                {
                    UseErrorPage(app, page);
                }

                app.MapGet("/", (HttpResponse response) =>
                {
                    response.ContentType = "text/plain";
                    return write(response);
                });
            });

    private static void UseErrorPage(WebApplication app, string page) => app.UseExceptionHandler(error => error.Run(context =>
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(page);
    }));
}
