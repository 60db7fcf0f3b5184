using System.IO.Compression;
using System.Security.Cryptography;

namespace RouteMiddleware.Middleware.Gzip;

internal sealed class GzipEncoder : BodyEncoder
{
    private readonly GZipStream _gzip;
    private bool _isEmpty = true;

    public GzipEncoder(EncodedOutput output, ZLibCompressionOptions options, int padding)
        : base(output)
    {
        _gzip = new(output, options, leaveOpen: true);
        output.CommentLength = padding == 0 ? 0 : RandomNumberGenerator.GetInt32(padding + 1);
    }

    public override ContentCoding Coding => ContentCoding.Gzip;

    // Nothing at all, as gzip: the runtime writes not even a header for it.
    private static ReadOnlySpan<byte> Nothing => [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public override void Write(ReadOnlySpan<byte> data)
    {
        _isEmpty &= data.IsEmpty;
        _gzip.Write(data);
    }

    public override void Flush() => _gzip.Flush();

    public override void Finish()
    {
        _gzip.Dispose();

        if (_isEmpty)
        {
            Output.Write(Nothing);
        }
    }

    public override void Dispose()
    {
        Output.IsClosed = true;
        _gzip.Dispose();
    }
}
