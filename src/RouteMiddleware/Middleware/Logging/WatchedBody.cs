namespace RouteMiddleware.Middleware.Logging;

/// <summary>A request's body that remembers its first bytes as the handler reads them. Reads nothing by itself and holds nothing else back.</summary>
internal sealed class WatchedBody(Stream body, int limit) : Stream
{
    private byte[] _seen = [];
    private int _count;
    private bool _isMoved;

    /// <summary>What was read so far, up to the limit.</summary>
    public ReadOnlySpan<byte> Seen => _seen.AsSpan(0, _count);

    /// <summary>Whether more was read than is remembered.</summary>
    public bool IsCut { get; private set; }

    public override bool CanRead => body.CanRead;

    public override bool CanSeek => body.CanSeek;

    public override bool CanTimeout => body.CanTimeout;

    public override bool CanWrite => body.CanWrite;

    public override long Length => body.Length;

    public override long Position
    {
        get => body.Position;
        set
        {
            _isMoved = true;
            body.Position = value;
        }
    }

    public override int ReadTimeout
    {
        get => body.ReadTimeout;
        set => body.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => body.WriteTimeout;
        set => body.WriteTimeout = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = body.Read(buffer);
        Watch(buffer[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Watch(buffer.Span[..count]);
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        _isMoved = true;
        return body.Seek(offset, origin);
    }

    public override void Flush() => body.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    public override void SetLength(long value) => body.SetLength(value);

    public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer, offset, count);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => body.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => body.WriteAsync(buffer, cancellationToken);

    private void Watch(ReadOnlySpan<byte> read)
    {
        // Whoever goes back reads the same bytes again.
        if (_isMoved || IsCut || read.IsEmpty)
        {
            return;
        }

        if (_seen.Length == 0)
        {
            _seen = new byte[limit];
        }

        var fitting = read[..Math.Min(read.Length, limit - _count)];
        fitting.CopyTo(_seen.AsSpan(_count));
        _count += fitting.Length;
        IsCut = fitting.Length < read.Length;
    }
}
