using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>Which bodies can be logged, and how their beginnings read without secrets.</summary>
internal sealed class BodyExcerpt(SensitiveNames fields)
{
    private enum Kind
    {
        None,
        Json,
        Form,
        Text,
    }

    /// <summary>Whether a request's body is text as it stands.</summary>
    public static bool IsText(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding;
        var isPlain = encoding.Count == 0 || (encoding.Count == 1 && string.Equals(encoding[0], "identity", StringComparison.OrdinalIgnoreCase));
        return isPlain && MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && KindOf(type) is not Kind.None;
    }

    /// <summary>The text of a body's first bytes: decoded, masked, on one line.</summary>
    public string Read(ReadOnlySpan<byte> bytes, bool isCut, string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return "";
        }

        var text = Decode(bytes, type);

        // What claims to be text and holds zeros is none.
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return "(binary)";
        }

        var masked = KindOf(type) switch
        {
            Kind.Json => SecretPatterns.Mask(JsonMask.Mask(text, fields)),
            Kind.Form => LogText.Query(text, fields),
            Kind.Text => SecretPatterns.Mask(TextMask.Mask(text, fields)),
            _ => "",
        };

        return LogText.OnOneLine(isCut ? masked + "…" : masked);
    }

    private static string Decode(ReadOnlySpan<byte> bytes, MediaTypeHeaderValue type)
    {
        var decoder = EncodingOf(type).GetDecoder();
        var letters = new char[decoder.GetCharCount(bytes, flush: false)];

        // Without a flush: a character that the limit cut in two is left out.
        return new string(letters, 0, decoder.GetChars(bytes, letters, flush: false)).TrimStart('\uFEFF');
    }

    private static Encoding EncodingOf(MediaTypeHeaderValue type)
    {
        try
        {
            return type.Encoding ?? Encoding.UTF8;
        }
        catch (ArgumentException)
        {
            // The caller's invention; read as what it most likely is.
            return Encoding.UTF8;
        }
    }

    private static Kind KindOf(MediaTypeHeaderValue type)
    {
        var (main, sub, suffix) = (type.Type, type.SubTypeWithoutSuffix, type.Suffix);

        return (Is(main, "application"), Is(main, "text")) switch
        {
            (true, _) when Is(sub, "x-www-form-urlencoded") => Kind.Form,
            (true, _) or (_, true) when Is(sub, "json") || Is(suffix, "json") || Is(sub, "x-ndjson") => Kind.Json,
            (true, _) when Is(sub, "xml") || Is(suffix, "xml") => Kind.Text,
            (_, true) => Kind.Text,
            _ => Kind.None,
        };
    }

    private static bool Is(Microsoft.Extensions.Primitives.StringSegment part, string name) => part.Equals(name, StringComparison.OrdinalIgnoreCase);
}
