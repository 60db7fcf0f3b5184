using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Gzip;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Gzip;

/// <summary>What an answer keeps in memory while its reader is slow.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class GzipMemoryTests
{
    private const int Readers = 200;

    // Text that hardly gets smaller, so that what waits for the reader is as large as can be.
    private static readonly byte[] Large = Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomBytes(3 * 1024 * 1024)));

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br", true)]
    [InlineData("", true)]
    [InlineData("gzip", false)]
    public async Task G8_OneLargeWrite_ComesToTheServerAPieceAtATime(string coding, bool isWhole)
    {
        var watched = new Watched();
        await using var app = await StartAsync(watched, async response =>
        {
            // A short beginning is kept back, and comes out in front.
            await response.Body.WriteAsync(Large.AsMemory(0, isWhole ? Large.Length : 10));
            await response.Body.WriteAsync(Large.AsMemory(isWhole ? Large.Length : 10));
        });

        var answer = await GzipApp.GetAsync(app, "/", coding);

        Assert.Equal(coding, answer.Coding);
        Assert.True(Large.AsSpan().SequenceEqual(answer.Body));

        // Brotli gives out what it made of up to half a megabyte in one piece.
        Assert.InRange(watched.MostUnflushed, 1, coding == "br" ? 640 * 1024 : 128 * 1024);
    }

    [Fact]
    public async Task G8_SlowReaders_NeedLittleEach()
    {
        var begun = 0;

        // As much for these as is there for ten thousand.
        var memory = new EncoderMemory(256L * 1024 * 1024 * Readers / 10_000);
        await using var app = await StartAsync(
            null,
            response =>
            {
                Interlocked.Increment(ref begun);
                return response.Body.WriteAsync(Large).AsTask();
            },
            memory);

        // What everything needs once is not theirs.
        for (var i = 0; i < 5; i++)
        {
            await GzipApp.GetAsync(app, "/");
        }

        GC.Collect();
        begun = 0;
        var before = Environment.WorkingSet;
        List<TcpClient> readers = [];

        try
        {
            for (var i = 0; i < Readers; i++)
            {
                var reader = new TcpClient { ReceiveBufferSize = 4096 };
                readers.Add(reader);
                await reader.ConnectAsync(app.Address.Host, app.Address.Port);
                await reader.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip\r\n\r\n"));
            }

            // None of them can end: what they wait for does not fit into what the sockets take.
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref begun) == Readers && memory.Used > 0, TimeSpan.FromSeconds(60)));
            GC.Collect();
            var each = (Environment.WorkingSet - before) / Readers;

            Assert.True(each <= 300 * 1024, $"{each} bytes each.");
        }
        finally
        {
            readers.ForEach(static reader => reader.Dispose());
        }

        Assert.True(SpinWait.SpinUntil(() => memory.Used == 0, TimeSpan.FromSeconds(60)));
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static Task<TestApp> StartAsync(Watched? watched, Func<HttpResponse, Task> write, EncoderMemory? memory = null) => TestApp.StartAsync(
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
            if (watched is not null)
            {
                app.Use(async (context, next) =>
                {
                    watched.Inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
                    context.Features.Set<IHttpResponseBodyFeature>(watched);
                    await next(context);
                    await watched.Writer.FlushAsync();
                });
            }

            app.UseRouteMiddleware();
            app.MapGet("/", (HttpResponse response) =>
            {
                response.ContentType = "text/plain";
                return write(response);
            });
        });

    /// <summary>The server's side of one answer: notes how much it was given before it was told to send.</summary>
    private sealed class Watched : PipeWriter, IHttpResponseBodyFeature
    {
        private Stream? _stream;
        private long _unflushed;

        public IHttpResponseBodyFeature Inner { get; set; } = null!;

        public long MostUnflushed { get; private set; }

        public Stream Stream => _stream ??= AsStream();

        public PipeWriter Writer => this;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => Inner.Writer.UnflushedBytes;

        public override void Advance(int bytes)
        {
            _unflushed += bytes;
            MostUnflushed = Math.Max(MostUnflushed, _unflushed);
            Inner.Writer.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            _unflushed = 0;
            return Inner.Writer.FlushAsync(cancellationToken);
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            this.Write(source.Span);
            return FlushAsync(cancellationToken);
        }

        public override void CancelPendingFlush() => Inner.Writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => Inner.Writer.Complete(exception);

        public override Memory<byte> GetMemory(int sizeHint = 0) => Inner.Writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => Inner.Writer.GetSpan(sizeHint);

        public void DisableBuffering() => Inner.DisableBuffering();

        public Task StartAsync(CancellationToken cancellationToken = default) => Inner.StartAsync(cancellationToken);

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Inner.SendFileAsync(path, offset, count, cancellationToken);

        public Task CompleteAsync() => Inner.CompleteAsync();
    }
}
