using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.BodyLimit;

/// <summary>
/// Takes what is answered once a body proved too large, and lets none of it out: binding, form readers and handlers make a 400 or anything else of the failed read.
/// </summary>
internal sealed class WithheldAnswer : IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature? _original;
    private readonly KeyValuePair<string, StringValues>[] _headers;

    public WithheldAnswer(HttpContext context)
    {
        _original = context.Features.Get<IHttpResponseBodyFeature>();
        _headers = [.. context.Response.Headers];
        context.Features.Set<IHttpResponseBodyFeature>(this);
    }

    public Stream Stream => Stream.Null;

    public PipeWriter Writer { get; } = PipeWriter.Create(Stream.Null);

    public void DisableBuffering()
    {
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task CompleteAsync() => Task.CompletedTask;

    /// <summary>Makes the answer what it was when the body proved too large.</summary>
    public void Drop(HttpContext context)
    {
        context.Features.Set(_original);
        var headers = context.Response.Headers;
        headers.Clear();

        foreach (var (name, value) in _headers)
        {
            headers[name] = value;
        }

        // What the handler wrote before its read failed, and something in front keeps back.
        if (context.Response.Body.CanSeek)
        {
            context.Response.Body.SetLength(0);
        }

        // They tell of a body that is not sent.
        headers.ContentLength = null;
        headers.Remove("Content-Type");
        headers.Remove("Content-Encoding");
        headers.Remove("Content-Disposition");
        headers.Remove("ETag");
        headers.Remove("Last-Modified");
    }
}
