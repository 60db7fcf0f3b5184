using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>
/// One request's way through the log: the answer's body, counting what is sent, and the state of the callback that writes the line, in one object. Not used again by another
/// request: a handler that writes after its end must never write into somebody else's answer.
/// </summary>
internal sealed class AccessLogPass : PipeWriter, IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _body;
    private readonly string? _route;
    private CountedStream? _stream;
    private PipeWriter? _writer;
    private long _count;
    private bool _isAborted;
    private bool _isBrokenOff;
    private Exception? _failure;

    public AccessLogPass(AccessLogMiddleware middleware, HttpContext context, long startedAt, IHttpResponseBodyFeature body, AccessLogPass? other)
    {
        Middleware = middleware;
        Context = context;
        StartedAt = startedAt;
        Other = other;
        _body = body;

        // Taken now: an error handler in front clears the endpoint and changes the path.
        _route = RouteOf(context);
        Path = context.Request.PathBase.HasValue ? context.Request.PathBase.Value + context.Request.Path.Value : context.Request.Path.Value ?? "";
        Query = context.Request.QueryString.Value ?? "";
    }

    public AccessLogMiddleware Middleware { get; }

    public HttpContext Context { get; }

    public long StartedAt { get; }

    public AccessLogPass? Other { get; }

    public string Path { get; }

    public string Query { get; }

    public string? Route => _route ?? RouteOf(Context);

    public Stream Stream => _stream ??= new CountedStream(_body.Stream, this);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => Inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => Inner.UnflushedBytes;

    private PipeWriter Inner => _writer ??= _body.Writer;

    /// <summary>The answer's status, as far as a number can tell how it ended.</summary>
    public int Status
    {
        get
        {
            var response = Context.Response;

            if (Context.Features.Get<BrokenAnswer>() is { } broken)
            {
                return broken.Status;
            }

            if (_isAborted && response.StatusCode < StatusCodes.Status400BadRequest)
            {
                return StatusCodes.Status499ClientClosedRequest;
            }

            // Without an answer the server writes its own, later than this.
            return _isBrokenOff || (_failure is not null && !response.HasStarted && response.StatusCode < StatusCodes.Status400BadRequest)
                ? (_failure as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError
                : response.StatusCode;
        }
    }

    /// <summary>How many bytes of the body were sent; unknown where the connection went over to another protocol.</summary>
    public long? BytesSent => Context.Response.StatusCode switch
    {
        StatusCodes.Status101SwitchingProtocols => null,
        StatusCodes.Status204NoContent or StatusCodes.Status304NotModified => 0,
        _ => HttpMethods.IsHead(Context.Request.Method) ? 0 : _count,
    };

    public static bool Covers(HttpContext context, object sink)
    {
        for (var pass = context.Features.Get<AccessLogPass>(); pass is not null; pass = pass.Other)
        {
            if (Equals(pass.Middleware.Sink, sink))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Says how the rest of the chain ended.</summary>
    public void End(Exception? failure)
    {
        // Asked here: when the answer is complete, callers may hang up as they like.
        // Who fails after the answer started may abort it himself: that is no caller's doing.
        _isAborted = Context.RequestAborted.IsCancellationRequested && (failure is null || CallerGone.Explains(Context, failure)) && Context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols;
        _failure = failure;
        _isBrokenOff = failure is not null && Context.Response.HasStarted && Context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols;
    }

    public void Count(long bytes) => _count += bytes;

    public override void Advance(int bytes)
    {
        Inner.Advance(bytes);
        _count += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => Inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        _count += source.Length;
        return Inner.WriteAsync(source, cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => Inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => Inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => Inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => Inner.CompleteAsync(exception);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        _count += count ?? new FileInfo(path).Length - offset;
        return _body.SendFileAsync(path, offset, count, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => _body.StartAsync(cancellationToken);

    public void DisableBuffering() => _body.DisableBuffering();

    Task IHttpResponseBodyFeature.CompleteAsync() => _body.CompleteAsync();

    private static string? RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
}
