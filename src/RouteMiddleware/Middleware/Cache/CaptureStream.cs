namespace RouteMiddleware.Middleware.Cache;

/// <summary>The body's stream while the answer is captured. As with the server's own, each asynchronous write is sent.</summary>
internal sealed class CaptureStream(AnswerCapture capture) : Stream
{
    public override bool CanRead => false;

    // That is how the framework takes an answer back. Not while it is empty, for writers of archives look at the beginning whether they may go back.
    public override bool CanSeek => capture.CanBeEmptied;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => CanSeek ? capture.Buffer.Length : throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        capture.Buffer.Write(buffer);
        capture.FlushNow(atLeast: AnswerCapture.HoldLimit);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        capture.Buffer.Write(buffer.Span);
        return capture.FlushStreamAsync(cancellationToken);
    }

    public override void Flush() => capture.FlushNow(atLeast: 0);

    public override Task FlushAsync(CancellationToken cancellationToken) => capture.FlushStreamAsync(cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value)
    {
        if (value != 0 || !CanSeek)
        {
            throw new NotSupportedException();
        }

        capture.Empty();
    }
}
