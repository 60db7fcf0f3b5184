using System.Buffers;
using System.IO.Compression;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Without <see cref="BrotliStream"/>, whose window can't be set: its memory is a multiple, for nothing in answers of this size.</summary>
internal sealed class BrotliBodyEncoder(EncodedOutput output, int quality) : BodyEncoder(output)
{
    private const int WindowBits = 18;
    private const int LeastSpace = 4096;

    private BrotliEncoder _brotli = new(quality, WindowBits);

    public override ContentCoding Coding => ContentCoding.Brotli;

    public override void Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            _brotli.Compress(data, Output.Writer.GetSpan(LeastSpace), out var consumed, out var written, isFinalBlock: false);
            Advance(written);
            data = data[consumed..];
        }
    }

    public override void Flush()
    {
        OperationStatus status;

        do
        {
            status = _brotli.Flush(Output.Writer.GetSpan(LeastSpace), out var written);
            Advance(written);
        }
        while (status is OperationStatus.DestinationTooSmall);
    }

    public override void Finish()
    {
        OperationStatus status;

        do
        {
            status = _brotli.Compress(default, Output.Writer.GetSpan(LeastSpace), out _, out var written, isFinalBlock: true);
            Advance(written);
        }
        while (status is OperationStatus.DestinationTooSmall);
    }

    public override void Dispose() => _brotli.Dispose();

    private void Advance(int written)
    {
        Output.Writer.Advance(written);
        Output.Unflushed += written;
    }
}
