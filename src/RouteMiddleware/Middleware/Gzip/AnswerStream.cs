using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>
/// The body as handlers write it. While something was written and nothing of it is out it can be emptied: that is how the framework takes an answer back. Not before,
/// for writers of archives look at the beginning whether they may go back.
/// </summary>
internal sealed class AnswerStream(AnswerBody body) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => body.CanBeEmptied;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException("The length of an answer's body is not known.");

    public override long Position
    {
        get => CanSeek ? body.Written : throw new NotSupportedException("An answer's body has no position.");
        set => throw new NotSupportedException("An answer's body has no position.");
    }

    public override void SetLength(long value)
    {
        if (value != 0 || !CanSeek)
        {
            throw new NotSupportedException("An answer's body can only be emptied, and only before it is sent.");
        }

        body.Empty();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => body.WriteAsync(buffer, isFromWriter: false, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => body.WriteAsync(buffer.AsMemory(offset, count), isFromWriter: false, cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(isFromWriter: false, cancellationToken);

    public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

    public override void Write(byte[] buffer, int offset, int count)
    {
        ThrowIfAsyncOnly();

        // Whoever writes synchronously waits, as the server itself makes them wait.
        body.WriteAsync(buffer.AsMemory(offset, count), isFromWriter: false, default).AsTask().GetAwaiter().GetResult();
    }

    public override void Flush()
    {
        ThrowIfAsyncOnly();
        body.FlushAsync(isFromWriter: false, default).GetAwaiter().GetResult();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An answer's body can't be read.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An answer's body has no position.");

    // The server's own rule, which holds here too: else it would hold for large answers only.
    private void ThrowIfAsyncOnly()
    {
        if (body.Features.Get<IHttpBodyControlFeature>() is { AllowSynchronousIO: false })
        {
            throw new InvalidOperationException("Synchronous operations are disallowed. Call WriteAsync or set AllowSynchronousIO to true instead.");
        }
    }
}
