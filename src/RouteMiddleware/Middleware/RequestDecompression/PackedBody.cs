using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RequestDecompression;

namespace RouteMiddleware.Middleware.RequestDecompression;

/// <summary>Unpacks one encoding. Bytes that can't be unpacked are the caller's fault (400) and no error of the server.</summary>
internal sealed class PackedBody(string encoding) : IDecompressionProvider
{
    public static bool Knows(string? encoding) => encoding?.ToUpperInvariant() is "BR" or "DEFLATE" or "GZIP";

    public Stream GetDecompressionStream(Stream stream) => new UnpackedStream(
        encoding.ToUpperInvariant() switch
        {
            "BR" => new BrotliStream(stream, CompressionMode.Decompress, leaveOpen: true),
            "DEFLATE" => new ZLibStream(stream, CompressionMode.Decompress, leaveOpen: true),
            _ => new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true),
        });

    private sealed class UnpackedStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            try
            {
                return inner.Read(buffer);
            }
            catch (Exception exception) when (IsBroken(exception))
            {
                throw Refuse(exception);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsBroken(exception))
            {
                throw Refuse(exception);
            }
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        // Brotli says "invalid operation" where the others say "invalid data".
        private bool IsBroken(Exception exception) => exception is InvalidDataException || (inner is BrotliStream && exception is InvalidOperationException);

        private static BadHttpRequestException Refuse(Exception exception)
            => new("The compressed body can't be unpacked.", StatusCodes.Status400BadRequest, exception);
    }
}
