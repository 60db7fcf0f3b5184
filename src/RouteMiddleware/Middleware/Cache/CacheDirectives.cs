using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What a <c>Cache-Control</c> header says. Unknown directives are ignored; a number that can't be read is the strictest.</summary>
internal readonly record struct CacheDirectives
{
    public bool NoStore { get; private init; }

    public bool NoCache { get; private init; }

    public bool IsPrivate { get; private init; }

    public bool IsPublic { get; private init; }

    public bool MustRevalidate { get; private init; }

    public bool ProxyRevalidate { get; private init; }

    public bool MustUnderstand { get; private init; }

    public bool OnlyIfCached { get; private init; }

    /// <summary>Seconds, or <see langword="null"/> where it is not said.</summary>
    public long? MaxAge { get; private init; }

    public long? SharedMaxAge { get; private init; }

    public long? MinFresh { get; private init; }

    /// <summary>Seconds; <see cref="long.MaxValue"/> where any staleness is welcome.</summary>
    public long? MaxStale { get; private init; }

    public long? StaleWhileRevalidate { get; private init; }

    /// <summary>What was written by <see cref="Write"/>.</summary>
    public static CacheDirectives Read(ushort flags, ReadOnlySpan<long> seconds) => new()
    {
        NoStore = (flags & 1) != 0,
        NoCache = (flags & 2) != 0,
        IsPrivate = (flags & 4) != 0,
        IsPublic = (flags & 8) != 0,
        MustRevalidate = (flags & 16) != 0,
        ProxyRevalidate = (flags & 32) != 0,
        MustUnderstand = (flags & 64) != 0,
        OnlyIfCached = (flags & 128) != 0,
        MaxAge = Given(seconds[0]),
        SharedMaxAge = Given(seconds[1]),
        MinFresh = Given(seconds[2]),
        MaxStale = Given(seconds[3]),
        StaleWhileRevalidate = Given(seconds[4]),
    };

    public ushort Write(Span<long> seconds)
    {
        seconds[0] = MaxAge ?? -1;
        seconds[1] = SharedMaxAge ?? -1;
        seconds[2] = MinFresh ?? -1;
        seconds[3] = MaxStale ?? -1;
        seconds[4] = StaleWhileRevalidate ?? -1;
        var flags = (NoStore ? 1 : 0) | (NoCache ? 2 : 0) | (IsPrivate ? 4 : 0) | (IsPublic ? 8 : 0);
        return (ushort)(flags | (MustRevalidate ? 16 : 0) | (ProxyRevalidate ? 32 : 0) | (MustUnderstand ? 64 : 0) | (OnlyIfCached ? 128 : 0));
    }

    public static CacheDirectives Parse(in StringValues header)
    {
        var result = default(CacheDirectives);

        foreach (var value in header)
        {
            var rest = value.AsSpan();

            while (TakeDirective(ref rest, out var name, out var argument))
            {
                result = result.With(name, argument);
            }
        }

        return result;
    }

    private static bool TakeDirective(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> argument)
    {
        name = default;
        argument = default;

        if (rest.IsEmpty)
        {
            return false;
        }

        // A comma inside quotes belongs to the argument.
        var end = 0;
        var quoted = false;

        for (; end < rest.Length && (quoted || rest[end] != ','); end++)
        {
            if (quoted && rest[end] == '\\')
            {
                end++;
            }
            else if (rest[end] == '"')
            {
                quoted = !quoted;
            }
        }

        var directive = rest[..Math.Min(end, rest.Length)].Trim();
        rest = end < rest.Length ? rest[(end + 1)..] : default;
        var equals = directive.IndexOf('=');
        name = equals < 0 ? directive : directive[..equals].TrimEnd();
        argument = equals < 0 ? default : directive[(equals + 1)..].Trim();
        return true;
    }

    private static long? Given(long seconds) => seconds < 0 ? null : seconds;

    private static long Seconds(ReadOnlySpan<char> text)
    {
        text = text.Length > 1 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text;

        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
        {
            return 0;
        }

        // Beyond 2^31 a cache may count as it likes, but must not overflow.
        return text.Length <= 10 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? Math.Min(value, int.MaxValue) : int.MaxValue;
    }

    // Said twice, the smaller one holds.
    private static long Smaller(long? said, ReadOnlySpan<char> text) => Math.Min(said ?? long.MaxValue, Seconds(text));

    private CacheDirectives With(ReadOnlySpan<char> name, ReadOnlySpan<char> argument)
    {
        Span<char> lower = stackalloc char[24];

        if (name.Length > lower.Length)
        {
            return this;
        }

        _ = name.ToLowerInvariant(lower);

        return lower[..name.Length] switch
        {
            "no-store" => this with { NoStore = true },
            "no-cache" => this with { NoCache = true },
            "private" => this with { IsPrivate = true },
            "public" => this with { IsPublic = true },
            "must-revalidate" => this with { MustRevalidate = true },
            "proxy-revalidate" => this with { ProxyRevalidate = true },
            "must-understand" => this with { MustUnderstand = true },
            "only-if-cached" => this with { OnlyIfCached = true },
            "max-age" => this with { MaxAge = Smaller(MaxAge, argument) },
            "s-maxage" => this with { SharedMaxAge = Smaller(SharedMaxAge, argument) },
            "min-fresh" => this with { MinFresh = Seconds(argument) },
            "max-stale" => this with { MaxStale = argument.IsEmpty ? long.MaxValue : Seconds(argument) },
            "stale-while-revalidate" => this with { StaleWhileRevalidate = Seconds(argument) },
            _ => this,
        };
    }
}
