using System.ComponentModel.DataAnnotations;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>Which answers are compressed, and how much work is put into it.</summary>
public sealed class GzipOptions
{
    /// <summary>The smallest answer that is compressed, in bytes. Default: 1024; from 0 to 1048576.</summary>
    [Range(0, 1_048_576)]
    public int MinimumSize { get; set; } = 1024;

    /// <summary>How much work is put into it: 1 is the fastest, 9 the smallest. Default: 6; from 1 to 9.</summary>
    [Range(1, 9)]
    public int CompressLevel { get; set; } = 6;

    /// <summary>
    /// The content types that are compressed: <c>application/json</c>, all of a kind as <c>text/*</c>, all with an ending as <c>*+json</c>, or <c>*</c> for all but those
    /// that are compressed by themselves, such as pictures. Never: <c>text/event-stream</c> and <c>application/grpc</c>. Default: texts, JSON, XML, JavaScript, WebAssembly, SVG and
    /// fonts that are not compressed.
    /// </summary>
    public IList<string> MimeTypes { get; set; } =
    [
        "text/*", "*+json", "*+xml", "application/json", "application/x-ndjson", "application/xml", "application/javascript", "application/wasm", "font/otf", "font/ttf",
        "application/vnd.ms-fontobject",
    ];

    /// <summary>Whether Brotli is used where the client takes it. Default: <see langword="true"/>.</summary>
    public bool Brotli { get; set; } = true;

    /// <summary>
    /// Whether, over https, an answer is left alone that may hold a secret of its user: the request used the session, or the answer has <c>Set-Cookie</c>, or
    /// varies by <c>Cookie</c> or <c>Authorization</c>. Its length would tell of the secret (BREACH). Default: <see langword="true"/>.
    /// </summary>
    public bool BreachGuard { get; set; } = true;

    /// <summary>
    /// Whether the guard is strict: it also leaves alone what is answered to requests with <c>Authorization</c> or of a known user, and it guards over http as well, for a proxy in
    /// front may speak https. Without effect where <see cref="BreachGuard"/> is off. Default: <see langword="false"/>.
    /// </summary>
    public bool StrictBreachGuard { get; set; }

    /// <summary>
    /// How many bytes of random length are put into a compressed answer at most, so that its length tells less. Brotli is not used then, which has no place for them. Default: 0,
    /// none; up to 1024.
    /// </summary>
    [Range(0, 1024)]
    public int Padding { get; set; }
}
