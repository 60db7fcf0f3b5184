using System.IO.Pipelines;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>The body's writer while the answer is captured.</summary>
internal sealed class CaptureWriter(AnswerCapture capture) : PipeWriter
{
    private long _unflushed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    public override Memory<byte> GetMemory(int sizeHint = 0) => capture.Buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => capture.Buffer.GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        capture.Buffer.Advance(bytes);
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        _unflushed = 0;
        return capture.FlushAsync(cancellationToken);
    }

    /// <summary>What was written is taken back.</summary>
    public void Empty() => _unflushed = 0;

    public override void CancelPendingFlush() => capture.OuterBody.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        // Without an error the answer's end is the handler's end.
        if (exception is not null)
        {
            capture.Break();
            capture.OuterBody.Writer.Complete(exception);
        }
    }
}
