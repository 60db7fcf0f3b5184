using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>The answer's body while a changed session is not saved: whatever would send the first byte saves first. A failed save throws there.</summary>
internal sealed class SavingBody(IHttpResponseBodyFeature outer, SessionSaving saving) : IHttpResponseBodyFeature
{
    private SavingStream? _stream;
    private SavingWriter? _writer;

    public Stream Stream => _stream ??= new(this, outer.Stream);

    public PipeWriter Writer => _writer ??= new(saving, outer.Writer);

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

        if (_writer is { HasBuffered: true } writer)
        {
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Passes on what the handler wrote and did not flush.</summary>
    public ValueTask DrainAsync() => ReadyAsync(CancellationToken.None);
}
