using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>The body of a request that does not tell its length: counts what is read, and fails where that is more than the limit.</summary>
internal sealed class LimitedBody : Stream, IHttpMaxRequestBodySizeFeature
{
    private readonly HttpContext _context;
    private readonly Stream _body;
    private readonly IHttpMaxRequestBodySizeFeature? _feature;
    private WithheldAnswer? _answer;
    private long _limit;
    private long _count;

    public LimitedBody(HttpContext context, long limit, IHttpMaxRequestBodySizeFeature? feature)
    {
        _context = context;
        _body = context.Request.Body;
        _feature = feature;
        _limit = limit;
        context.Request.Body = this;

        // Whoever unpacks the body, or looks for the limit before reading, finds this one.
        context.Features.Set<IHttpMaxRequestBodySizeFeature>(this);
    }

    /// <summary>Whether the body proved too large while the answer could still be made.</summary>
    public bool IsRefused => _answer is not null;

    public bool IsReadOnly => _count > 0;

    // A limit that something behind this one sets holds where it is lower.
    public long? MaxRequestBodySize
    {
        get => _limit;
        set => _limit = Math.Min(_limit, value ?? long.MaxValue);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("The length of this body is not known.");

    public override long Position
    {
        get => throw new NotSupportedException("A request's body has no position.");
        set => throw new NotSupportedException("A request's body has no position.");
    }

    public void Leave()
    {
        _answer?.Drop(_context);

        if (ReferenceEquals(_context.Request.Body, this))
        {
            _context.Request.Body = _body;
        }

        if (ReferenceEquals(_context.Features.Get<IHttpMaxRequestBodySizeFeature>(), this))
        {
            _context.Features.Set(_feature);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Count(_body.Read(buffer[..Allowed(buffer.Length)]));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await _body.ReadAsync(buffer[..Allowed(buffer.Length)], cancellationToken).ConfigureAwait(false));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            // The server's own limit, or that of an outer middleware, was first.
            Withhold();
            throw;
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A request's body can't be read twice.");

    public override void SetLength(long value) => throw new NotSupportedException("A request's body can't be written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body can't be written.");

    // One byte more than is let pass tells that there is more.
    private int Allowed(int wanted)
    {
        if (_count > _limit)
        {
            Fail();
        }

        return (int)Math.Min(wanted, Math.Min(_limit - _count, int.MaxValue - 1) + 1);
    }

    private int Count(int read)
    {
        _count += read;

        if (_count > _limit)
        {
            Fail();
        }

        return read;
    }

    private void Fail()
    {
        Withhold();

        // What binding takes for the caller's fault, with this status.
        throw new BadHttpRequestException(
            string.Create(CultureInfo.InvariantCulture, $"The request's body is larger than {_limit} bytes."),
            StatusCodes.Status413PayloadTooLarge);
    }

    private void Withhold()
    {
        if (_answer is null && !_context.Response.HasStarted)
        {
            _answer = new(_context);
        }
    }
}
