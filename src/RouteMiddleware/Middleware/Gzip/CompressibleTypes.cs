using System.Buffers;
using System.Collections.Frozen;

namespace RouteMiddleware.Middleware.Gzip;

/// <summary>The content types that are compressed.</summary>
internal sealed class CompressibleTypes
{
    private static readonly SearchValues<char> TokenLetters
        = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What is compressed by itself only grows.
    private static readonly FrozenSet<string> CompressedTypes = FrozenSet.ToFrozenSet(
        [
            "application/x-7z-compressed", "application/x-brotli", "application/x-bzip2", "application/gzip", "application/x-gzip", "application/pdf", "application/vnd.rar", "application/x-rar-compressed",
            "application/x-xz", "application/zip", "application/zstd", "application/java-archive", "application/epub+zip", "font/woff", "font/woff2", "application/font-woff",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> PlainPictures = FrozenSet.ToFrozenSet(["image/svg+xml", "image/bmp", "image/x-icon", "image/vnd.microsoft.icon"], StringComparer.OrdinalIgnoreCase);

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _kinds;
    private readonly string[] _endings;
    private readonly bool _isAny;

    public CompressibleTypes(IEnumerable<string> patterns, List<string> faults)
    {
        List<string> exact = [];
        List<string> kinds = [];
        List<string> endings = [];

        foreach (var pattern in patterns)
        {
            switch (pattern)
            {
                case "*" or "*/*":
                    _isAny = true;
                    break;
                case ['*', '+', .. { Length: > 0 } ending] when IsToken(ending):
                    endings.Add("+" + ending);
                    break;
                case [.. var kind, '/', '*'] when IsToken(kind):
                    kinds.Add(kind);
                    break;
                case not null when pattern.Split('/') is [var kind, var name] && IsToken(kind) && IsToken(name):
                    exact.Add(pattern);
                    break;
                default:
                    faults.Add($"{nameof(GzipOptions.MimeTypes)} has '{pattern}', which is no content type: write 'application/json', 'text/*', '*+json' or '*'.");
                    break;
            }
        }

        _exact = exact.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _kinds = kinds.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _endings = [.. endings];
    }

    public bool Contains(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim(" \t");
        var slash = type.IndexOf('/');

        // Events must not wait for each other, and gRPC has a compression of its own.
        if (slash < 0 || type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return _exact.Contains(type) || _kinds.Contains(type[..slash]) || HasEnding(type) || (_isAny && !IsCompressed(type, slash));
    }

    private static bool IsCompressed(ReadOnlySpan<char> type, int slash)
    {
        var kind = type[..slash];
        return kind.Equals("audio", StringComparison.OrdinalIgnoreCase)
            || kind.Equals("video", StringComparison.OrdinalIgnoreCase)
            || CompressedTypes.GetAlternateLookup<ReadOnlySpan<char>>().Contains(type)
            || (kind.Equals("image", StringComparison.OrdinalIgnoreCase) && !PlainPictures.GetAlternateLookup<ReadOnlySpan<char>>().Contains(type));
    }

    private static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.Contains('*') && !text.ContainsAnyExcept(TokenLetters);

    private bool HasEnding(ReadOnlySpan<char> type)
    {
        foreach (var ending in _endings)
        {
            if (type.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
