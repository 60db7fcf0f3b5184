using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Logging;

[Collection(MeasuredAlone.Name)]
public sealed class LargeBodyTests
{
    private const long Size = 100 * 1024 * 1024;

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    public async Task Upload_OfOneHundredMegabytes_ReachesTheHandlerByteForByteInFlatMemory(string type)
    {
        await using var app = await LoggingApp.StartAsync(static async context => await context.Response.WriteAsync(await HashAsync(context.Request.Body)), "LogBody=true");
        var peak = 0L;
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var content = new Generated(() => peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false)));
        content.Headers.ContentType = new(type);
        using var response = await app.Client.PostAsync(app.Address, content);

        Assert.Equal(content.Hash, await response.Content.ReadAsStringAsync());
        Assert.InRange(peak - before, long.MinValue, Size / 3);
        var lines = await app.LinesAsync();
        Assert.Equal(type == "text/plain" ? 3 : 2, lines.Length);
        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 300));
    }

    private static async Task<string> HashAsync(Stream body) => Convert.ToHexString(await SHA256.HashDataAsync(body));

    private sealed class Generated(Action afterBlock) : HttpContent
    {
        public string? Hash { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var block = new byte[256 * 1024];

            for (var sent = 0L; sent < Size; sent += block.Length)
            {
                // Every byte value, in an order that differs from block to block; letters first, so that the beginning is text.
                for (var i = 0; i < block.Length; i++)
                {
                    block[i] = sent == 0 ? (byte)('a' + (i % 26)) : (byte)(i + (sent / 4096));
                }

                hash.AppendData(block);
                await stream.WriteAsync(block);
                afterBlock();
            }

            Hash = Convert.ToHexString(hash.GetHashAndReset());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Size;
            return true;
        }
    }
}
