using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Middleware.Gzip;

public sealed class GzipBodyPropertyTests
{
    private static readonly int[] Sizes = [0, 1, 500, 1023, 1024, 1025, 2047, 4096, 16 * 1024, 65_537, 300_000];

    /// <summary>Whatever is written, in whatever pieces and by whichever means, comes out as the same bytes.</summary>
    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData(null)]
    public async Task Body_OfRandomPieces_ComesOutAsItWasWritten(string? coding)
    {
        await using var app = await GzipApp.StartAsync(static group => group.MapGet("/", static (int seed, HttpResponse response) => WriteAsync(response, seed)));

        for (var seed = 0; seed < 60; seed++)
        {
            var answer = await GzipApp.GetAsync(app, $"/?seed={seed}", coding);
            Assert.True(BytesOf(seed).AsSpan().SequenceEqual(answer.Body), $"seed {seed}");
        }
    }

    private static byte[] BytesOf(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[Sizes[random.Next(Sizes.Length)] + random.Next(3)];

        // Half of them can be compressed.
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)random.Next(seed % 2 == 0 ? 256 : 4);
        }

        return bytes;
    }

    private static async Task WriteAsync(HttpResponse response, int seed)
    {
        var (bytes, random) = (BytesOf(seed), new Random(-seed));
        response.ContentType = "text/plain";
        response.ContentLength = random.Next(3) == 0 ? bytes.Length : null;

        for (var start = 0; start < bytes.Length;)
        {
            var count = Math.Min(random.Next(1, Math.Max(2, bytes.Length / random.Next(1, 12))), bytes.Length - start);
            var piece = bytes.AsMemory(start, count);
            start += count;

            switch (random.Next(8))
            {
                case 0:
                    response.BodyWriter.Write(piece.Span);
                    break;
                case 1:
                    await response.BodyWriter.WriteAsync(piece);
                    break;
                case 2:
                    piece.CopyTo(response.BodyWriter.GetMemory(piece.Length));
                    response.BodyWriter.Advance(piece.Length);
                    break;
                case 3:
                    await response.Body.WriteAsync(piece);
                    await Task.Yield();
                    break;
                case 4:
                    await response.Body.WriteAsync(piece);
                    await response.Body.FlushAsync();
                    break;
                case 5:
                    await response.StartAsync();
                    await response.Body.WriteAsync(piece);
                    break;
                default:
                    await response.Body.WriteAsync(piece);
                    break;
            }
        }
    }
}
