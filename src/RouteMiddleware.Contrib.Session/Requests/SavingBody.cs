using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>The answer's body while a changed session is not saved: whatever would send the first byte saves first. A failed save throws there.</summary>
internal sealed class SavingBody(IHttpResponseBodyFeature outer, SessionSaving saving) : IHttpResponseBodyFeature
{
    private SavingStream? _stream;
    private SavingWriter? _writer;
    private bool _isPassed;

    public Stream Stream => _stream ??= new(this, outer.Stream);

    public PipeWriter Writer => _writer ??= new(saving, outer.Writer);

    /// <summary>Whether something was written that can be taken back: all of it, or nothing of it was passed on.</summary>
    public bool CanBeEmptied => outer.Stream.CanSeek || (!_isPassed && _writer is { IsPassing: false, HasBuffered: true });

    /// <summary>How much was written that can be taken back.</summary>
    public long Written => (outer.Stream.CanSeek ? outer.Stream.Position : 0) + (_writer is { IsPassing: false } writer ? writer.UnflushedBytes : 0);

    public void DisableBuffering() => outer.DisableBuffering();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        await outer.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await ReadyAsync(cancellationToken).ConfigureAwait(false);
        await outer.SendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false);
    }

    public async Task CompleteAsync()
    {
        await ReadyAsync(CancellationToken.None).ConfigureAwait(false);
        await outer.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Saves, and passes on what the writer was given before.</summary>
    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        await saving.SaveAsync().ConfigureAwait(false);
        _isPassed = true;

        if (_writer is { HasBuffered: true } writer)
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes back what was written.</summary>
    public void Empty()
    {
        // The writer of what was in front may be another one from here on.
        _writer = null;

        if (outer.Stream.CanSeek)
        {
            outer.Stream.SetLength(0);
        }
    }

    /// <summary>Passes on what the handler wrote and did not flush.</summary>
    public ValueTask DrainAsync() => ReadyAsync(CancellationToken.None);
}
