namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>An answer's body as a stream, counting what is written.</summary>
internal sealed class CountedStream(Stream body, AccessLogPass pass) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanTimeout => body.CanTimeout;

    public override bool CanWrite => body.CanWrite;

    public override long Length => body.Length;

    public override long Position
    {
        get => body.Position;
        set => body.Position = value;
    }

    public override int WriteTimeout
    {
        get => body.WriteTimeout;
        set => body.WriteTimeout = value;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        body.Write(buffer, offset, count);
        pass.Count(count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        body.Write(buffer);
        pass.Count(buffer.Length);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        pass.Count(count);
        return body.WriteAsync(buffer, offset, count, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        pass.Count(buffer.Length);
        return body.WriteAsync(buffer, cancellationToken);
    }

    public override void Flush() => body.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An answer's body can't be read.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An answer's body can't be read again.");

    public override void SetLength(long value) => throw new NotSupportedException("An answer's body can't be cut.");
}
