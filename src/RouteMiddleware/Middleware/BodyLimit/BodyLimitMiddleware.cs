using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>Refuses requests whose body is too large: at once where they tell its length, else where more is read than the limit.</summary>
internal sealed partial class BodyLimitMiddleware : IMiddleware, IEndpointContributor, IDescribeAnswers
{
    // A smaller body the server reads and throws away, so that the connection stays open for the next request.
    private const long LargestDrained = 64 * 1024;

    // Kestrel counts the frame of each chunk as well: six bytes for a chunk of one.
    private const int FrameFactor = 8;

    private static readonly ProducesResponseTypeMetadata Refused = new(StatusCodes.Status413PayloadTooLarge, typeof(ProblemDetails), ["application/problem+json"]);

    private readonly ILogger<BodyLimitMiddleware> _logger;
    private readonly BodyLimitMetrics _metrics;
    private readonly long _maxBytes;
    private readonly Refusal _refusal;

    public BodyLimitMiddleware(BodyLimitOptions options, ILogger<BodyLimitMiddleware> logger, BodyLimitMetrics metrics)
    {
        options.Check();

        _logger = logger;
        _metrics = metrics;
        _maxBytes = options.MaxBytes;
        _refusal = new(StatusCodes.Status413PayloadTooLarge, "body_too_large", "Request body too large", $"The body of the request is larger than the {_maxBytes} bytes that are allowed.") { Middleware = "body_limit" };
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength is { } length)
        {
            return length > _maxBytes ? RefuseAsync(context, "content_length")
                : length == 0 ? next(context)
                : IsPacked(context.Request) || !IsServers(context.Request.Body) ? InvokeCountingAsync(context, next)
                : InvokeKnownAsync(context, next);
        }

        // A WebSocket over HTTP/2 is a body without an end; it has limits of its own.
        return context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true }
            ? next(context)
            : InvokeCountingAsync(context, next);
    }

    public void Contribute(EndpointBuilder endpointBuilder)
    {
        if (!endpointBuilder.Metadata.Contains(Refused))
        {
            endpointBuilder.Metadata.Add(Refused);
        }
    }

    public void DescribeAnswers(EndpointAnswers answers) => answers.Add(_refusal);

    // The server holds the body to the length that was told; nothing is left to count.
    private Task InvokeKnownAsync(HttpContext context, RequestDelegate next)
    {
        var feature = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        var limit = LimitOf(context, feature);

        if (feature is { IsReadOnly: false, MaxRequestBodySize: var current } && current != limit)
        {
            feature.MaxRequestBodySize = limit;
        }

        return next(context);
    }

    // What is unpacked behind this one is larger than what was told; it is held to the same limit.
    private static bool IsPacked(HttpRequest request) => request.Headers.ContentEncoding.Count > 0;

    // A body that something in front has put in the place of the server's, such as an unpacked one, may be longer than was told.
    private static bool IsServers(Stream body) => body.GetType().FullName?.StartsWith("Microsoft.AspNetCore.Server.", StringComparison.Ordinal) == true;

    // Binding answers so, without a word, where a body that is unpacked behind this one proved too large.
    private static bool IsBareRefusal(HttpResponse response)
        => response is { StatusCode: StatusCodes.Status413PayloadTooLarge, HasStarted: false, ContentLength: null, ContentType: null };

    private async Task InvokeCountingAsync(HttpContext context, RequestDelegate next)
    {
        var feature = context.Features.Get<IHttpMaxRequestBodySizeFeature>();
        var limit = LimitOf(context, feature);

        // The server stays a bound for what nobody reads; what is read is counted here, to the byte.
        if (feature is { IsReadOnly: false, MaxRequestBodySize: { } current })
        {
            feature.MaxRequestBodySize = Math.Max(current, limit > (long.MaxValue - LargestDrained) / FrameFactor ? long.MaxValue : (limit * FrameFactor) + LargestDrained);
        }

        var isPacked = IsPacked(context.Request);
        var isUnpackedTooLarge = false;
        var body = new LimitedBody(context, limit, feature);

        try
        {
            await next(context).ConfigureAwait(false);
            isUnpackedTooLarge = isPacked && IsBareRefusal(context.Response);
        }
        catch (BadHttpRequestException exception) when (isPacked && exception.StatusCode == StatusCodes.Status413PayloadTooLarge && !context.Response.HasStarted)
        {
            Log.ReadFailed(_logger, exception);
            isUnpackedTooLarge = true;
        }
        catch (Exception exception) when (body.IsRefused)
        {
            // Whatever the handler made of its failed read: the caller gets the refusal.
            Log.ReadFailed(_logger, exception);
        }
        finally
        {
            body.Leave();
        }

        if (body.IsRefused || isUnpackedTooLarge)
        {
            await RefuseAsync(context, "counted").ConfigureAwait(false);
        }
    }

    // What the endpoint itself asks for, or a limit in front of this one, may be lower: then that holds. The server's own default may be lower too: this one is meant.
    private long LimitOf(HttpContext context, IHttpMaxRequestBodySizeFeature? feature)
    {
        var isBound = context.Features.Get<BodyLimitMark>() is not null || context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is not null;
        context.Features.Set(BodyLimitMark.Instance);
        return isBound && feature?.MaxRequestBodySize < _maxBytes ? feature.MaxRequestBodySize.Value : _maxBytes;
    }

    private Task RefuseAsync(HttpContext context, string reason)
    {
        Log.Refused(_logger, _maxBytes, reason);
        _metrics.Count(context, reason);

        // HTTP/2 and HTTP/3 end the stream alone, by themselves.
        if (!(context.Request.ContentLength <= LargestDrained) && (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol)))
        {
            context.Response.Headers.Connection = "close";

            // In spite of 'close', Kestrel would go on reading for some seconds; a body above its limit it does not begin to read.
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = 0;
            }
        }

        return _refusal.WriteAsync(context);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "A request with a body of more than {MaxBytes} bytes was refused ({Reason}).", EventName = "Refused")]
        public static partial void Refused(ILogger logger, long maxBytes, string reason);

        [LoggerMessage(2, LogLevel.Debug, "Reading a body that is too large ended in an exception; the request is refused.", EventName = "ReadFailed")]
        public static partial void ReadFailed(ILogger logger, Exception exception);
    }
}
