using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// Stands between the rest of the chain and the server while an answer is made: copies the body, lets it flow as it comes, and knows the whole answer before it is
/// sent where the handler never waited after a flush. Then it can have an <c>ETag</c> and a length.
/// </summary>
internal sealed class AnswerCapture : ForwardedResponse, IHttpResponseFeature, IHttpResponseBodyFeature, IAsyncDisposable
{
    /// <summary>What is held back at most, in bytes, while the handler runs on without waiting.</summary>
    public const int HoldLimit = 64 * 1024;

    private readonly IFeatureCollection _features;
    private readonly Func<bool, ValueTask> _onHeaders;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly StartingCallbacks _starting = new();
    private CaptureWriter? _writer;
    private CaptureStream? _stream;
    private DeferredFlush? _deferred;
    private volatile CaptureWatch? _watch;
    private volatile bool _isPromised;
    private volatile bool _isSending;
    private volatile bool _isFinished;
    private Task? _rest;
    private ExceptionDispatchInfo? _lateError;

    public AnswerCapture(HttpContext context, Func<bool, ValueTask> onHeaders)
        : base(context.Features.GetRequiredFeature<IHttpResponseFeature>())
    {
        _features = context.Features;
        _onHeaders = onHeaders;
        OuterBody = _features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _features.Set<IHttpResponseFeature>(this);
        _features.Set<IHttpResponseBodyFeature>(this);
    }

    public CaptureBuffer Buffer { get; } = new();

    public IHttpResponseBodyFeature OuterBody { get; }

    /// <summary>Whether the answer goes without its body: the caller has it.</summary>
    public bool IsSilent { get; set; }

    public bool IsBroken { get; private set; }

    // For the handler the answer has begun with its first flush, put off or not.
    public bool HasStarted => _isSending || _isPromised || Outer.HasStarted;

    /// <summary>Whether something was written that can be taken back: nothing of it was sent, nor was the handler told so.</summary>
    public bool CanBeEmptied => !HasStarted && !_isFinished && Buffer.Length > 0;

    public Stream Stream => _stream ??= new(this);

    public PipeWriter Writer => _writer ??= new(this);

    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("Replace the body through HttpResponse.Body.");
    }

    // These run in front of the server's own, before anything reaches what stands around the cache: by then the headers of the inner part are known.
    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (_isSending)
        {
            Outer.OnStarting(callback, state);
        }
        else
        {
            _starting.Add(callback, state);
        }
    }

    public void DisableBuffering() => OuterBody.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => FlushStreamAsync(cancellationToken).AsTask();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
        => SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await FinishAsync().ConfigureAwait(false);
        await OuterBody.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Runs the rest of the chain and sends what it wrote.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var watch = BeginWatch();
        Task rest;

        try
        {
            rest = next(context);
        }
        finally
        {
            EndWatch(watch);
        }

        // The handler gave the thread back and goes on somewhere else: what it flushed is sent now.
        if ((Interlocked.Exchange(ref _rest, rest) is not null || watch.IsPending) && !rest.IsCompleted)
        {
            await SendLateAsync().ConfigureAwait(false);
        }

        await rest.ConfigureAwait(false);
        await FinishAsync().ConfigureAwait(false);
    }

    public ValueTask FlushStreamAsync(CancellationToken cancellationToken)
    {
        if (!CanPutOff)
        {
            return DrainAsync(flush: true, isWhole: false, cancellationToken);
        }

        return IsWatched() ? default : new ValueTask(Deferred(), _deferred!.Begin());
    }

    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        if (!CanPutOff)
        {
            return DrainAndTellAsync(cancellationToken);
        }

        return IsWatched() ? default : new ValueTask<FlushResult>(Deferred(), _deferred!.Begin());
    }

    /// <summary>A flush by one who can't wait.</summary>
    public void FlushNow(int atLeast)
    {
        if (Buffer.Unsent <= atLeast && atLeast > 0)
        {
            return;
        }

        if (!CanPutOff || !IsWatched())
        {
            DrainAsync(flush: true, isWhole: false, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }

    public void Empty()
    {
        Buffer.Empty();
        _writer?.Empty();
    }

    public CaptureWatch BeginWatch() => _watch = new(Environment.CurrentManagedThreadId);

    public void EndWatch(CaptureWatch watch) => Interlocked.CompareExchange(ref _watch, value: null, comparand: watch);

    public void Break() => IsBroken = true;

    /// <summary>Sends what was put off, unless the answer is at its end. It may be before the handler's call came back where it began: then that thread sees to it.</summary>
    public void SendLate()
    {
        if (!_isFinished && Interlocked.CompareExchange(ref _rest, Task.CompletedTask, comparand: null) is { IsCompleted: false })
        {
            _ = SendLateAsync();
        }
    }

    /// <summary>Takes the capture out of the way. What was not sent is forgotten; what waits for the answer's start waits for the server's.</summary>
    public async ValueTask DisposeAsync()
    {
        _isFinished = true;

        // Whoever still sends what was put off is waited for: afterwards the response is somebody else's.
        await _gate.WaitAsync().ConfigureAwait(false);
        _gate.Release();

        if (!_isSending)
        {
            _starting.HandOver(Outer);
        }

        _features.Set(Outer);
        _features.Set(OuterBody);
    }

    private DeferredFlush Deferred() => _deferred ??= new(this);

    // Errors and events are sent as they come: there is nothing to keep.
    private bool CanPutOff
        => !_isSending
            && !_isFinished
            && Buffer.Unsent <= HoldLimit
            && StatusCode < StatusCodes.Status400BadRequest
            && !Headers.ContentType.ToString().StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    private bool IsWatched()
    {
        _isPromised = true;

        if (_watch is { } watch && watch.Thread == Environment.CurrentManagedThreadId)
        {
            watch.IsPending = true;
            return true;
        }

        return false;
    }

    private async Task SendLateAsync()
    {
        try
        {
            await DrainAsync(flush: true, isWhole: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nobody waits here; who made the answer gets it at its end.
            _lateError ??= ExceptionDispatchInfo.Capture(exception);
        }
    }

    private async Task FinishAsync()
    {
        if (_isFinished)
        {
            return;
        }

        // A body that was laid over this one, such as that of a session which is not saved yet, passes on what it holds.
        if (_features.Get<IHttpResponseBodyFeature>() is var upper && upper != this && upper?.Writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            await upper.StartAsync().ConfigureAwait(false);
        }

        _isFinished = true;
        _lateError?.Throw();

        if (Buffer.Length == 0 && !HasStarted && StatusCode >= StatusCodes.Status400BadRequest)
        {
            // Status pages in front may still write this answer.
            _starting.HandOver(Outer);
            return;
        }

        await DrainAsync(flush: false, isWhole: true, CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask<FlushResult> DrainAndTellAsync(CancellationToken cancellationToken)
    {
        await DrainAsync(flush: true, isWhole: false, cancellationToken).ConfigureAwait(false);
        return default;
    }

    private async ValueTask DrainAsync(bool flush, bool isWhole, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);

        try
        {
            if (_isFinished && !isWhole)
            {
                return;
            }

            if (!_isSending)
            {
                await BeginSendingAsync(isWhole).ConfigureAwait(false);
            }

            while (Buffer.TryTake(out var bytes))
            {
                if (!IsSilent)
                {
                    await OuterBody.Writer.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                    flush = false;
                }
            }

            if (flush && !IsSilent)
            {
                await OuterBody.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask BeginSendingAsync(bool isWhole)
    {
        await _starting.RunAsync().ConfigureAwait(false);
        _isSending = true;
        await _onHeaders(isWhole).ConfigureAwait(false);
    }
}
