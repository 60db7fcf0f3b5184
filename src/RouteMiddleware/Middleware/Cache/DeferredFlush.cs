using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// A flush that ends on a thread that watches what the handler does next. If that is the answer's end, the answer is whole before a byte of it was sent;
/// otherwise what was flushed goes out.
/// </summary>
internal sealed class DeferredFlush(AnswerCapture capture) : IValueTaskSource<FlushResult>, IValueTaskSource, IThreadPoolWorkItem
{
    // A thread that is woken for the rest may push the one that flushed off its processor, a moment before that has come to wait.
    private const int Yields = 16;

    private Action<object?>? _continuation;
    private object? _state;
    private ExecutionContext? _executionContext;
    private volatile bool _isOver;
    private int _thread;
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
        _thread = Environment.CurrentManagedThreadId;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Who waits for a task that was made of this begins to do so a little later: until then it would find the flush done, and go on unwatched.
        for (var i = 0; i < Yields && _thread != Environment.CurrentManagedThreadId; i++)
        {
            Thread.Yield();
        }

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
