using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// A flush that ends on a thread that watches what the handler does next. If that is the answer's end, the answer is whole before a byte of it was sent;
/// otherwise what was flushed goes out.
/// </summary>
internal sealed class DeferredFlush(AnswerCapture capture) : IValueTaskSource<FlushResult>, IValueTaskSource, IThreadPoolWorkItem
{
    private Action<object?>? _continuation;
    private object? _state;
    private ExecutionContext? _executionContext;
    private volatile bool _isOver;
    private short _version;

    public short Begin()
    {
        _isOver = false;
        _continuation = null;
        return ++_version;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _isOver ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    public FlushResult GetResult(short token) => default;

    void IValueTaskSource.GetResult(short token)
    {
    }

    // Queued when the handler waits, not before: otherwise it could find the flush done and go on unwatched.
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        (_continuation, _state) = (continuation, state);
        _executionContext = flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext) ? ExecutionContext.Capture() : null;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var (continuation, state, executionContext) = (_continuation!, _state, _executionContext);
        var watch = capture.BeginWatch();
        _isOver = true;

        if (executionContext is null)
        {
            continuation(state);
        }
        else
        {
            ExecutionContext.Run(executionContext, new ContextCallback(continuation), state);
        }

        capture.EndWatch(watch);
        capture.SendLate();
    }
}
