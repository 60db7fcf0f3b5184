using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace RouteMiddleware;

/// <summary>Stands in for a request's body while hooks may read it, and hands back what they read. Costs one object; buffers only once somebody reads.</summary>
internal sealed class RewindableBody : Stream
{
    // As HttpRequest.EnableBuffering does: beyond this, what hooks read goes to a temporary file.
    private const int MemoryThreshold = 30 * 1024;

    private readonly HttpContext _context;
    private readonly Stream _original;
    private FileBufferingReadStream? _buffer;

    public RewindableBody(HttpContext context)
        : this(context, context.Request.Body, null)
    {
    }

    private RewindableBody(HttpContext context, Stream original, FileBufferingReadStream? buffer)
    {
        _context = context;
        _original = original;
        _buffer = buffer;
        context.Request.Body = this;
    }

    public override bool CanRead => true;

    public override bool CanSeek => Buffer.CanSeek;

    public override bool CanWrite => false;

    public override long Length => Buffer.Length;

    public override long Position
    {
        get => Buffer.Position;
        set => Buffer.Position = value;
    }

    private FileBufferingReadStream Buffer
    {
        get
        {
            if (_buffer is null)
            {
                _buffer = new FileBufferingReadStream(_original, MemoryThreshold);
                _context.Response.RegisterForDisposeAsync(_buffer);
            }

            return _buffer;
        }
    }

    public static bool IsNeeded(HttpContext context)
        => context.Features.Get<IHttpRequestBodyDetectionFeature>() is { } detection ? detection.CanHaveBody : context.Request.ContentLength is > 0;

    /// <summary>The body for the next hook, from its beginning. Another object where somebody read: a BodyReader belongs to the stream that it was opened on.</summary>
    public RewindableBody Renew()
    {
        if (_buffer is null || !ReferenceEquals(_context.Request.Body, this))
        {
            return this;
        }

        _buffer.Position = 0;
        return new RewindableBody(_context, _original, _buffer);
    }

    /// <summary>Gives the body back: the original where nobody read, else one that begins anew.</summary>
    public void Rewind()
    {
        if (!ReferenceEquals(_context.Request.Body, this))
        {
            return;
        }

        if (_buffer is null)
        {
            _context.Request.Body = _original;
            return;
        }

        // Another object than this one: a BodyReader that a hook opened has consumed this one, so the handler must get a new reader.
        _buffer.Position = 0;
        _context.Request.Body = _buffer;
    }

    public override int Read(byte[] buffer, int offset, int count) => Buffer.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => Buffer.Read(buffer);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => Buffer.ReadAsync(buffer, offset, count, cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => Buffer.ReadAsync(buffer, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => Buffer.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("A request's body can't be written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body can't be written.");
}
