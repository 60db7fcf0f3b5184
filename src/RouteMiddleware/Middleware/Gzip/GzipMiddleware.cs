using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Compresses answers for clients that take it.</summary>
[OncePerChain]
internal sealed class GzipMiddleware : IMiddleware
{
    private const int LargestPadding = 1024;
    private const int LargestMinimum = 1024 * 1024;

    private static readonly Func<object, Task> Decide = static state =>
    {
        ((AnswerBody)state).Decide();
        return Task.CompletedTask;
    };

    private readonly CompressibleTypes _types;
    private readonly ZLibCompressionOptions _gzip;
    private readonly int _brotliQuality;
    private readonly bool _isBrotliOn;
    private readonly bool _isGuardOn;
    private readonly bool _isGuardStrict;
    private readonly int _padding;
    private readonly EncoderMemory _memory;

    public GzipMiddleware(GzipOptions options, TimeProvider clock, EncoderMemory memory)
    {
        // Every fault at once: whoever starts the app fixes them in one go.
        List<string> faults = [];

        if (options.MinimumSize is < 0 or > LargestMinimum)
        {
            faults.Add($"{nameof(options.MinimumSize)} ({options.MinimumSize}) must be from 0 to {LargestMinimum} bytes.");
        }

        if (options.CompressLevel is < 1 or > 9)
        {
            faults.Add($"{nameof(options.CompressLevel)} ({options.CompressLevel}) must be from 1 to 9.");
        }

        if (options.Padding is < 0 or > LargestPadding)
        {
            faults.Add($"{nameof(options.Padding)} ({options.Padding}) must be from 0 to {LargestPadding} bytes.");
        }

        _types = new(options.MimeTypes ?? [], faults);

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(GzipOptions), faults);
        }

        Clock = clock;
        MinimumSize = options.MinimumSize;
        _memory = memory;
        _isBrotliOn = options.Brotli && options.Padding == 0;
        _isGuardOn = options.BreachGuard;
        _isGuardStrict = options.StrictBreachGuard;
        _padding = options.Padding;
        _gzip = new() { CompressionLevel = options.CompressLevel };

        // Levels that take about the same time: Brotli's own go from 0 to 11, and beyond 9 are for files that are compressed once.
        _brotliQuality = options.CompressLevel switch { <= 2 => 1, 3 => 2, 4 => 3, <= 6 => 4, 7 => 5, 8 => 6, _ => 7 };
    }

    public TimeProvider Clock { get; }

    public int MinimumSize { get; }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        EntityTags.Strengthen(context.Request);
        var body = new AnswerBody(this, context);

        // Before those of everything behind this one, and so run after them: what they do to the headers is known then.
        context.Response.OnStarting(Decide, body);
        return body.RunAsync(next);
    }

    /// <summary>Whether the answer, as its headers tell it now, is one to compress.</summary>
    public bool IsCandidate(HttpResponse response)
    {
        var headers = response.Headers;

        return response.StatusCode is >= 200 and not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status206PartialContent or StatusCodes.Status304NotModified)
            && _types.Contains(response.ContentType)
            && headers.ContentEncoding.Count == 0
            && headers.ContentRange.Count == 0
            && headers.ContentMD5.Count == 0
            && !headers.ContainsKey("Content-Digest")
            && !headers.ContainsKey("Repr-Digest")
            && !HasMember(headers.CacheControl, "no-transform");
    }

    /// <summary>Whether the length of the compressed answer could tell somebody else of a secret in it.</summary>
    public bool IsGuarded(HttpContext context)
        => _isGuardOn
            && (context.Request.IsHttps || _isGuardStrict)
            && (context.Features.Get<ISessionUseFeature>() is { IsUsed: true }
                || context.Response.Headers.SetCookie.Count > 0
                || HasMember(context.Response.Headers.Vary, "Cookie")
                || HasMember(context.Response.Headers.Vary, "Authorization")
                || (_isGuardStrict && IsOfSomebody(context)));

    public ContentCoding Choose(StringValues acceptEncoding, bool isForHead)
    {
        var wanted = AcceptEncoding.Choose(acceptEncoding, _isBrotliOn);

        // An answer to HEAD needs no encoder, only the name of the coding.
        return wanted is ContentCoding.Identity || isForHead
            ? wanted
            : _memory.Take(wanted, AcceptEncoding.Choose(acceptEncoding, isBrotliOn: false) is ContentCoding.Gzip);
    }

    public BodyEncoder CreateEncoder(ContentCoding coding, EncodedOutput output)
        => coding is ContentCoding.Brotli ? new BrotliBodyEncoder(output, _brotliQuality) : new GzipEncoder(output, _gzip, _padding);

    public void Release(BodyEncoder encoder)
    {
        encoder.Dispose();
        _memory.Return(encoder.Coding);
    }

    // By the feature: asked for without one, the user would be made here.
    private static bool IsOfSomebody(HttpContext context)
        => context.Request.Headers.Authorization.Count > 0
            || context.Features.Get<IHttpAuthenticationFeature>()?.User?.Identities.Any(static identity => identity.IsAuthenticated) == true;

    public static bool HasMember(StringValues header, string name)
    {
        foreach (var line in header)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                if (line.AsSpan()[range].Trim(" \t").Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
