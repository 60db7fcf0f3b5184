namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Where the pipe writer of an answer writes to: the same body, but its flushes may wait a moment.</summary>
internal sealed class WriterStream(AnswerBody body) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => body.WriteAsync(buffer, isFromWriter: true, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushSoonAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
