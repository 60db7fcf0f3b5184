using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Makes bytes of an item, its key among them.</summary>
internal readonly struct CacheItemWriter
{
    private readonly ArrayBufferWriter<byte> _bytes;

    private CacheItemWriter(int capacity) => _bytes = new(capacity);

    /// <summary>Writes an item.</summary>
    /// <returns>The bytes; <see langword="null"/> where they would be too many, or could not be read again.</returns>
    public static ReadOnlyMemory<byte>? Write(CacheItem item, string key, int maxSize)
    {
        var answer = item as StoredAnswer;

        if (answer?.Length > maxSize || item.Tags.Length > CacheItemFormat.MaxTags)
        {
            return null;
        }

        var writer = new CacheItemWriter((int)(answer?.Length ?? 0) + (2 * key.Length) + 512);
        writer._bytes.Advance(CacheItemFormat.HeadLength);
        writer.AddText(key);
        writer.AddLong(item.KeptUntil);
        writer.AddTexts(item.Tags);

        if (answer is not null ? !writer.AddAnswer(answer) : item is VaryMark mark && !writer.AddLetters(mark.Names))
        {
            return null;
        }

        var bytes = MemoryMarshal.AsMemory(writer._bytes.WrittenMemory);
        bytes.Span[0] = CacheItemFormat.Version;
        bytes.Span[1] = answer is not null ? CacheItemFormat.Answer : item is VaryMark ? CacheItemFormat.Vary : CacheItemFormat.Pass;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.Span[2..], CacheItemFormat.Checksum(bytes.Span[CacheItemFormat.HeadLength..]));
        return bytes.Length <= maxSize ? (ReadOnlyMemory<byte>?)bytes : null;
    }

    private bool AddAnswer(StoredAnswer answer)
    {
        Span<long> seconds = stackalloc long[5];
        var flags = answer.Directives.Write(seconds);

        AddShort(answer.Status);
        AddLong(answer.StoredAt);
        AddLong(answer.FreshUntil);
        AddLong(answer.StaleUntil);
        AddLong(answer.AgeThen);
        AddLong(answer.LastModified?.UtcTicks ?? -1);
        AddShort(flags);

        foreach (var value in seconds)
        {
            AddLong(value);
        }

        AddShort(answer.HadAuthorization ? 1 : 0);

        if (!AddLetters(answer.ETag.ToArray()) || answer.Headers.Length > ushort.MaxValue)
        {
            return false;
        }

        AddShort(answer.Headers.Length);

        foreach (var (name, values) in answer.Headers)
        {
            if (!AddLetters([name]) || !AddLetters(values.ToArray()))
            {
                return false;
            }
        }

        AddInt((int)answer.Length);

        foreach (var piece in answer.Body)
        {
            _bytes.Write(piece.Span);
        }

        return true;
    }

    private void AddTexts(string[] texts)
    {
        AddShort(texts.Length);

        foreach (var text in texts)
        {
            AddText(text);
        }
    }

    // As it is: what people and keys hold need not be text that an encoding takes.
    private void AddText(string text)
    {
        AddInt(text.Length);
        _bytes.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private bool AddLetters(string?[] texts)
    {
        if (texts.Length > ushort.MaxValue)
        {
            return false;
        }

        AddShort(texts.Length);

        foreach (var text in texts)
        {
            var length = text?.Length ?? 0;
            AddInt(length);
            var span = _bytes.GetSpan(length + 1)[..length];

            if (!Ascii.IsValid(text) || Encoding.ASCII.GetBytes(text, span) != length || !CacheItemFormat.IsHeaderValue(span))
            {
                return false;
            }

            _bytes.Advance(length);
        }

        return true;
    }

    private void AddShort(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.GetSpan(2), (ushort)value);
        _bytes.Advance(2);
    }

    private void AddInt(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
    }

    private void AddLong(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }
}
