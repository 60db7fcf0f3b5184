using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Makes an item of bytes, which may be anything: nothing in them is believed before it is checked, and nothing is allocated that they don't hold.</summary>
internal ref struct CacheItemReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private int _at = CacheItemFormat.HeadLength;
    private bool _isBroken;

    private CacheItemReader(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private readonly int Left => _bytes.Length - _at;

    /// <summary>Reads an item.</summary>
    /// <param name="bytes">The bytes; an answer's body stays in them.</param>
    /// <param name="key">The key that they must be for.</param>
    /// <returns>The item; <see langword="null"/> where they are none, or another key's.</returns>
    public static CacheItem? Read(ReadOnlyMemory<byte> bytes, string key)
    {
        var span = bytes.Span;

        if (span.Length < CacheItemFormat.HeadLength
            || span[0] != CacheItemFormat.Version
            || BinaryPrimitives.ReadUInt32LittleEndian(span[2..]) != CacheItemFormat.Checksum(span[CacheItemFormat.HeadLength..]))
        {
            return null;
        }

        var reader = new CacheItemReader(bytes);

        if (!reader.TakeText().SequenceEqual(MemoryMarshal.AsBytes(key.AsSpan())))
        {
            return null;
        }

        var until = reader.TakeTime();
        var tags = reader.TakeTexts();

        CacheItem? item = span[1] switch
        {
            CacheItemFormat.Answer => reader.TakeAnswer(until, tags),
            CacheItemFormat.Vary => new VaryMark { KeptUntil = until, Tags = tags, Names = reader.TakeLetters(isName: true) },
            CacheItemFormat.Pass => new PassMark { KeptUntil = until, Tags = tags },
            _ => null,
        };

        return reader._isBroken || reader.Left != 0 ? null : item;
    }

    private StoredAnswer TakeAnswer(long until, string[] tags)
    {
        var status = TakeShort();
        _isBroken |= status is < 200 or > 599;
        var stored = TakeTime();
        var fresh = TakeTime();
        var stale = TakeTime();
        var age = TakeLong();
        _isBroken |= age is < 0 or > uint.MaxValue;
        var changed = TakeLong();
        _isBroken |= changed < -1 || changed > DateTime.MaxValue.Ticks;
        var directives = TakeDirectives();
        var hadAuthorization = TakeShort() == 1;
        var etag = TakeLetters(isName: false);
        _isBroken |= etag.Length > 1;
        var headers = TakeHeaders();
        var body = Take(TakeInt());
        _isBroken |= !StoredAnswer.HasBody(status) && body.Length > 0;

        return new StoredAnswer
        {
            Status = status,
            Headers = headers,
            Body = body.IsEmpty ? [] : [body],
            Length = body.Length,
            ETag = etag.Length == 1 ? etag[0] : default(StringValues),
            LastModified = changed < 0 || _isBroken ? null : new DateTimeOffset(changed, TimeSpan.Zero),
            StoredAt = stored,
            AgeThen = age,
            FreshUntil = fresh,
            StaleUntil = stale,
            KeptUntil = until,
            Directives = directives,
            HadAuthorization = hadAuthorization,
            Tags = tags,
        };
    }

    private CacheDirectives TakeDirectives()
    {
        var flags = TakeShort();
        Span<long> seconds = stackalloc long[5];

        for (var i = 0; i < seconds.Length; i++)
        {
            seconds[i] = TakeLong();
            _isBroken |= seconds[i] < -1;
        }

        return CacheDirectives.Read(flags, seconds);
    }

    private KeyValuePair<string, StringValues>[] TakeHeaders()
    {
        // Each takes twelve bytes at least: lengths that promise more than there is are refused before anything is made.
        var headers = new KeyValuePair<string, StringValues>[TakeCount(12)];

        for (var i = 0; i < headers.Length && !_isBroken; i++)
        {
            var name = TakeLetters(isName: true);
            var values = TakeLetters(isName: false);
            _isBroken |= name.Length != 1 || values.Length == 0;
            headers[i] = _isBroken ? default : new(name[0], values);
        }

        return _isBroken ? [] : headers;
    }

    private string[] TakeTexts()
    {
        var texts = new string[TakeCount(4)];
        _isBroken |= texts.Length > CacheItemFormat.MaxTags;

        for (var i = 0; i < texts.Length && !_isBroken; i++)
        {
            texts[i] = new string(MemoryMarshal.Cast<byte, char>(TakeText()));
        }

        return _isBroken ? [] : texts;
    }

    private string[] TakeLetters(bool isName)
    {
        var texts = new string[TakeCount(4)];

        for (var i = 0; i < texts.Length && !_isBroken; i++)
        {
            var letters = Take(TakeInt()).Span;
            _isBroken |= isName ? !CacheOptions.IsToken(letters) : !CacheItemFormat.IsHeaderValue(letters);
            texts[i] = _isBroken ? "" : Encoding.ASCII.GetString(letters);
        }

        return _isBroken ? [] : texts;
    }

    private ReadOnlySpan<byte> TakeText()
    {
        var length = TakeInt();
        _isBroken |= length > Left / 2;
        return _isBroken ? default : Take(2 * length).Span;
    }

    private int TakeCount(int sizeOfOne)
    {
        var count = TakeShort();
        _isBroken |= count > Left / sizeOfOne;
        return _isBroken ? 0 : count;
    }

    private long TakeTime()
    {
        var ticks = TakeLong();
        _isBroken |= ticks < 0 || ticks > DateTime.MaxValue.Ticks;
        return ticks;
    }

    private ushort TakeShort() => Take(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span) : (ushort)0;

    private int TakeInt() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadInt32LittleEndian(bytes.Span) : 0;

    private long TakeLong() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes.Span) : 0;

    private ReadOnlyMemory<byte> Take(int count)
    {
        _isBroken |= count < 0 || count > Left;

        if (_isBroken)
        {
            return default;
        }

        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }
}
