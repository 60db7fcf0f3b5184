namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>The stream of a <see cref="SavingBody"/>.</summary>
internal sealed class SavingStream(SavingBody body, Stream outer) : Stream
{
    public override bool CanRead => false;

    // That is how the framework takes an answer back. Not while it is empty, for writers of archives look at the beginning whether they may go back.
    public override bool CanSeek => body.CanBeEmptied;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => CanSeek ? body.Written : throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await body.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await outer.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await body.ReadyAsync(cancellationToken).ConfigureAwait(false);
        await outer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    // The application asked for synchronous writing, which servers refuse unless it is switched on.
    public override void Write(byte[] buffer, int offset, int count)
    {
        body.ReadyAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        outer.Write(buffer, offset, count);
    }

    public override void Flush()
    {
        body.ReadyAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        outer.Flush();
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value)
    {
        if (value != 0 || !CanSeek)
        {
            throw new NotSupportedException();
        }

        body.Empty();
    }
}
