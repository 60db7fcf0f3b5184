using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Stands in for the body of one answer: its stream, its pipe writer and its files all take one way.</summary>
internal sealed class AnswerBody : IHttpResponseBodyFeature
{
    private readonly HttpContext _context;
    private readonly IHttpResponseBodyFeature _inner;
    private readonly AnswerFlow _flow;
    private readonly LateFlush _late;
    private PipeWriter? _writer;
    private bool _isInnerWriterUsed;
    private bool _isPushing;
    private bool _isFlushedAlways;
    private bool _isFinished;

    public AnswerBody(GzipMiddleware rules, HttpContext context)
    {
        _context = context;
        _inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _flow = new(rules, context, _inner);
        Stream = new AnswerStream(this);
        _late = new(rules.Clock, FlushLateAsync);
        context.Features.Set<IHttpResponseBodyFeature>(this);
    }

    public IFeatureCollection Features => _context.Features;

    public bool CanBeEmptied => _flow.CanBeEmptied && !_isFinished && (Written > 0 || _late.IsWanted);

    /// <summary>How much was written of which nothing is out.</summary>
    public long Written => _flow.KeptCount + (_writer?.UnflushedBytes ?? 0);

    public Stream Stream { get; }

    public PipeWriter Writer
    {
        get
        {
            // What is known to stay as it is needs no copy.
            if (_writer is null && _flow.TryPass())
            {
                _isInnerWriterUsed = true;
                return _inner.Writer;
            }

            return _writer ??= PipeWriter.Create(new WriterStream(this), new(leaveOpen: true));
        }
    }

    public async Task RunAsync(RequestDelegate next)
    {
        try
        {
            var rest = next(_context);

            if (!rest.IsCompleted)
            {
                _late.SetHandlerWaiting();
            }

            await rest.ConfigureAwait(false);
            await FinishAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await AbandonAsync(exception).ConfigureAwait(false);
            throw;
        }
        finally
        {
            // Also where something was laid over this one: it has passed on what it held, and whoever answers from here on answers past both.
            _context.Features.Set(_inner);
        }
    }

    /// <summary>Called when the headers are about to go out.</summary>
    public void Decide() => _flow.Decide();

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, bool isFromWriter, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        if (!isFromWriter)
        {
            await PushWriterAsync(cancellationToken).ConfigureAwait(false);
        }

        await _late.EnterAsync().ConfigureAwait(false);

        try
        {
            await _flow.WriteAsync(data, cancellationToken).ConfigureAwait(false);

            if (_isFlushedAlways)
            {
                await _flow.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _late.Exit();
        }
    }

    public async Task FlushAsync(bool isFromWriter, CancellationToken cancellationToken)
    {
        if (!isFromWriter)
        {
            await PushWriterAsync(cancellationToken).ConfigureAwait(false);
        }

        await _late.EnterAsync().ConfigureAwait(false);

        try
        {
            await _flow.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _late.Exit();
        }
    }

    /// <summary>Flushes: at once where it is known what becomes of the answer, else when the handler stays without writing enough.</summary>
    public Task FlushSoonAsync(CancellationToken cancellationToken)
    {
        if (_isPushing || _isFinished)
        {
            return Task.CompletedTask;
        }

        if (_flow.IsOpen && !_isFlushedAlways)
        {
            _late.Want();
            return Task.CompletedTask;
        }

        return FlushAsync(isFromWriter: true, cancellationToken);
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _late.EnterAsync().ConfigureAwait(false);

        try
        {
            // Frameworks start the answer before the smallest text: that tells nothing of its length.
            if (_flow.IsOpen)
            {
                _late.Want();
            }
            else
            {
                await _flow.StartAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _late.Exit();
        }
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await PushWriterAsync(cancellationToken).ConfigureAwait(false);
        await _late.EnterAsync().ConfigureAwait(false);

        try
        {
            if (await _flow.TrySendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
        finally
        {
            _late.Exit();
        }

        await SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken).ConfigureAwait(false);
    }

    public void DisableBuffering()
    {
        _isFlushedAlways = true;
        _inner.DisableBuffering();
    }

    public async Task CompleteAsync()
    {
        await FinishAsync().ConfigureAwait(false);
        await _inner.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Takes back what was written, as nothing of it is out.</summary>
    public void Empty()
    {
        _late.Forget();
        _writer?.Complete(new OperationCanceledException());
        _writer = null;
        _flow.Empty();
    }

    private Task FlushLateAsync() => _flow.IsUndecided ? _flow.FlushAsync(default) : Task.CompletedTask;

    // A handler may write to both sides of the body; it comes out in the order in which it was written.
    private async ValueTask PushWriterAsync(CancellationToken cancellationToken)
    {
        if (_writer is not { UnflushedBytes: > 0 } writer)
        {
            return;
        }

        _isPushing = true;

        try
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _isPushing = false;
        }
    }

    private async Task FinishAsync()
    {
        if (_isFinished)
        {
            return;
        }

        await AskUpperAsync().ConfigureAwait(false);
        await PushWriterAsync(default).ConfigureAwait(false);
        _isFinished = true;
        await _late.EndAsync().ConfigureAwait(false);
        _writer?.Complete();
        await _flow.FinishAsync().ConfigureAwait(false);

        // Kestrel forgets what its writer was given last and not told to send, where the answer told its length.
        if (_isInnerWriterUsed && _inner.Writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 } writer)
        {
            await writer.FlushAsync().ConfigureAwait(false);
        }
    }

    // A body that was laid over this one, such as that of a session which is not saved yet, passes on what it holds; and nothing is sent before it agrees.
    private Task AskUpperAsync()
    {
        var upper = _context.Features.Get<IHttpResponseBodyFeature>();

        return upper is not null
            && !ReferenceEquals(upper, this)
            && (Written > 0 || upper.Writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
                ? upper.StartAsync()
                : Task.CompletedTask;
    }

    private async Task AbandonAsync(Exception exception)
    {
        _isFinished = true;

        // The exception under way is the one that tells more.
        await _late.EndAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writer?.Complete(exception);
        _flow.Abandon();
    }
}
