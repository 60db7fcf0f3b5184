using System.Buffers;
using System.IO.Pipelines;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>
/// The writer of a <see cref="SavingBody"/>. Until the first flush it keeps what it is given: nothing of an answer may reach the server whose session
/// could not be saved.
/// </summary>
internal sealed class SavingWriter(SessionSaving saving, PipeWriter outer) : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private bool _passes;

    /// <summary>Whether what it is given goes on at once.</summary>
    public bool IsPassing => _passes;

    public bool HasBuffered => _buffer.WrittenCount > 0;

    public override bool CanGetUnflushedBytes => outer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _passes ? outer.UnflushedBytes : _buffer.WrittenCount;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _passes ? outer.GetMemory(sizeHint) : _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _passes ? outer.GetSpan(sizeHint) : _buffer.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (_passes)
        {
            outer.Advance(bytes);
        }
        else
        {
            _buffer.Advance(bytes);
        }
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await saving.SaveAsync().ConfigureAwait(false);

        if (!_passes)
        {
            _passes = true;
            outer.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }

        return await outer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        await FlushAsync().ConfigureAwait(false);
        await outer.CompleteAsync(exception).ConfigureAwait(false);
    }

    // Without waiting there is no saving: the rest goes out when the request ends.
    public override void Complete(Exception? exception = null)
    {
        if (_passes)
        {
            outer.Complete(exception);
        }
    }

    public override void CancelPendingFlush() => outer.CancelPendingFlush();
}
