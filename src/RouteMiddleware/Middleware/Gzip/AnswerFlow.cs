using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>The way of one answer's bytes: kept back until it is known whether they are compressed, then passed on or through an encoder.</summary>
internal sealed class AnswerFlow(GzipMiddleware rules, HttpContext context, IHttpResponseBodyFeature inner)
{
    // As much as the server is given before it is told to send; then slow readers slow the handler down.
    private const long MostUnflushed = 16 * 1024;

    // The server takes whatever it is given at once and keeps it for the reader: of a large write a piece at a time.
    private const int LargestPiece = 64 * 1024;

    private BodyEncoder? _encoder;
    private AnswerState _state;
    private KeptBytes _kept;
    private long _written;
    private long? _declared;
    private bool _isBeginning;

    public bool IsPlain => _state is AnswerState.Plain;

    public bool IsUndecided => _state is AnswerState.Undecided;

    public int KeptCount => _kept.Count;

    public bool CanBeEmptied => IsUndecided && !_isBeginning;

    /// <summary>Whether it is open what becomes of the answer, until its length is known or enough of it.</summary>
    public bool IsOpen => IsUndecided && context.Response.ContentLength is null && (_kept.Count > 0 || IsCandidate);

    private bool IsCandidate => rules.IsCandidate(context.Response);

    private bool IsHead => HttpMethods.IsHead(context.Request.Method);

    /// <summary>Decides for plain where the headers rule everything else out.</summary>
    public bool TryPass()
    {
        if (IsUndecided && _kept.Count == 0 && context.Response.ContentType is not null && !IsCandidate)
        {
            _state = AnswerState.Plain;
        }

        return IsPlain;
    }

    /// <summary>Called when the headers are about to go out: the last moment to change them, when all others have.</summary>
    public void Decide()
    {
        if (!IsUndecided)
        {
            return;
        }

        // Without a body that went through here there is nothing to compress; but an answer to HEAD may tell of the one that GET gets.
        var length = context.Response.ContentLength;
        var isAnswer = _isBeginning || (IsHead && length > 0 && length >= rules.MinimumSize);

        if (!isAnswer || !IsCandidate || rules.IsGuarded(context))
        {
            EntityTags.WeakenAsAsked(context);
            _state = AnswerState.Plain;
            return;
        }

        var headers = context.Response.Headers;

        if (!GzipMiddleware.HasMember(headers.Vary, HeaderNames.AcceptEncoding) && !GzipMiddleware.HasMember(headers.Vary, "*"))
        {
            headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        }

        var coding = rules.Choose(context.Request.Headers.AcceptEncoding, IsHead);

        if (coding is ContentCoding.Identity)
        {
            _state = AnswerState.Plain;
            return;
        }

        _declared = length;
        headers.ContentLength = null;
        headers.ContentEncoding = coding is ContentCoding.Brotli ? "br" : "gzip";

        // Parts of the compressed body are not what a client asks for by range.
        headers.Remove(HeaderNames.AcceptRanges);
        EntityTags.Weaken(headers);
        _encoder = IsHead ? null : rules.CreateEncoder(coding, new EncodedOutput(inner.Writer));
        _state = IsHead ? AnswerState.Dropped : AnswerState.Encoded;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (data.IsEmpty)
        {
            return;
        }

        if (_kept.Count + data.Length < rules.MinimumSize && IsOpen)
        {
            _kept.Add(data.Span, rules.MinimumSize);
            return;
        }

        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await SendKeptAsync(cancellationToken).ConfigureAwait(false);
        await SendAsync(data, cancellationToken).ConfigureAwait(false);
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await SendKeptAsync(cancellationToken).ConfigureAwait(false);

        if (_state is AnswerState.Encoded)
        {
            _encoder!.Flush();
            await FlushEncodedAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await inner.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await inner.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands a file to the server, where the answer goes out as it is.</summary>
    /// <returns>Whether it did; else the file has to be written.</returns>
    public async ValueTask<bool> TrySendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken)
    {
        if (!IsOpen)
        {
            await BeginAsync(cancellationToken).ConfigureAwait(false);
        }

        if (!IsPlain)
        {
            return false;
        }

        await SendKeptAsync(cancellationToken).ConfigureAwait(false);
        await inner.SendFileAsync(path, offset, count, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Ends the answer.</summary>
    public async Task FinishAsync()
    {
        if (IsUndecided && _kept.Count > 0)
        {
            _state = AnswerState.Plain;
            var headers = context.Response.Headers;

            // Trailers come behind chunks only.
            if (!headers.ContainsKey(HeaderNames.Trailer) && !headers.ContainsKey(HeaderNames.TransferEncoding))
            {
                headers.ContentLength ??= _kept.Count;
            }

            await SendKeptAsync(default).ConfigureAwait(false);
        }
        else if (_state is AnswerState.Encoded)
        {
            if (_declared is { } declared && declared != _written)
            {
                throw new InvalidOperationException($"The answer's Content-Length does not match: {_written} of {declared} bytes were written.");
            }

            _encoder!.Finish();
            await FlushEncodedAsync(default).ConfigureAwait(false);
        }

        ReleaseEncoder();
    }

    /// <summary>Takes back what was written, as nothing of it is out.</summary>
    public void Empty() => _kept.Release();

    /// <summary>Gives the answer up.</summary>
    public void Abandon()
    {
        // Whatever catches the exception further out: half an answer must not look like a whole one.
        if (_encoder is not null)
        {
            context.Abort();
        }

        _state = AnswerState.Dropped;
        ReleaseEncoder();
        Empty();
    }

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (!IsUndecided)
        {
            return;
        }

        if (context.Response.ContentLength < rules.MinimumSize || (_kept.Count == 0 && !IsCandidate))
        {
            _state = AnswerState.Plain;
            return;
        }

        _isBeginning = true;
        await inner.StartAsync(cancellationToken).ConfigureAwait(false);

        // A cache in front puts the start off, to see the whole answer first: the headers can still be changed.
        if (!context.Response.Headers.IsReadOnly)
        {
            Decide();
        }

        // Somebody else had sent the headers before.
        _state = IsUndecided ? AnswerState.Plain : _state;
    }

    private async ValueTask SendKeptAsync(CancellationToken cancellationToken)
    {
        if (_kept.Count > 0)
        {
            await SendAsync(_kept.Take(), cancellationToken).ConfigureAwait(false);
            _kept.Release();
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        => data.Length <= LargestPiece ? SendPieceAsync(data, cancellationToken) : SendPiecesAsync(data, cancellationToken);

    private async ValueTask SendPiecesAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            var piece = data[..Math.Min(data.Length, LargestPiece)];
            await SendPieceAsync(piece, cancellationToken).ConfigureAwait(false);
            data = data[piece.Length..];
        }
    }

    private ValueTask SendPieceAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (IsPlain)
        {
            return inner.Stream.WriteAsync(data, cancellationToken);
        }

        if (_state is AnswerState.Dropped)
        {
            return default;
        }

        _written += data.Length;
        _encoder!.Write(data.Span);
        return _encoder.Output.Unflushed < MostUnflushed ? default : FlushEncodedAsync(cancellationToken);
    }

    private async ValueTask FlushEncodedAsync(CancellationToken cancellationToken)
    {
        _encoder!.Output.Unflushed = 0;
        var result = await inner.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);

        if (result.IsCompleted)
        {
            // The client has left: to go on would be work for nobody.
            _state = AnswerState.Dropped;
            ReleaseEncoder();
        }
    }

    private void ReleaseEncoder()
    {
        if (_encoder is { } encoder)
        {
            _encoder = null;
            rules.Release(encoder);
        }
    }
}
