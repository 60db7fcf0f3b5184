using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>A session's hash as the server tells it. Moments are the server's, in Unix milliseconds.</summary>
internal sealed class RedisRecord
{
    // Requests that were under way with the id before are told of the rotation.
    private const long JustRotated = 10_000;

    // Of a session without a user, a tenant or a lifetime of its own.
    private const int OwnFields = 6;

    private ReadOnlyMemory<byte> _proof;
    private long? _rotatedAt;
    private long? _expiresAt;
    private bool _isDamaged;

    public long CreatedAt { get; private set; }

    public long RenewedAt { get; private set; }

    public long ExpiresAt => _expiresAt.GetValueOrDefault();

    /// <summary>Until when its user's list names it.</summary>
    public long? ListedUntil { get; private set; }

    public long Version { get; private set; }

    public TimeSpan? Lifetime { get; private set; }

    public string? UserId { get; private set; }

    public string? Tenant { get; private set; }

    public required Dictionary<string, ReadOnlyMemory<byte>> Fields { get; init; }

    /// <summary>The server's time when it told.</summary>
    public long Now { get; private set; }

    /// <summary>Reads the names and values of a hash, and the server's time.</summary>
    /// <exception cref="FormatException">It is not what the scripts pack.</exception>
    public static RedisRecord Read(byte[] packed)
    {
        var texts = new PackedTexts(packed);
        var pairs = (texts.Count / 2) - 1;
        var record = new RedisRecord { Fields = new(Math.Max(0, pairs - OwnFields), StringComparer.Ordinal) };

        for (var pair = 0; pair < pairs; pair++)
        {
            record.Add(texts.Next(), texts.Next());
        }

        record.Now = (record.Number(texts.Next()) * 1000) + (record.Number(texts.Next()) / 1000);
        return record;
    }

    /// <summary>What the record is to whoever brings a proof of its id.</summary>
    public char CodeFor(byte[] proof)
    {
        if (!CryptographicOperations.FixedTimeEquals(_proof.Span, proof))
        {
            return _proof.IsEmpty || _rotatedAt is null ? RedisFinding.Unknown
                : Now - _rotatedAt < JustRotated ? RedisFinding.JustRotated
                : RedisFinding.Outdated;
        }

        return _isDamaged || _expiresAt is null ? RedisFinding.Damaged
            : Now < _expiresAt ? RedisFinding.Valid
            : RedisFinding.Expired;
    }

    private void Add(ReadOnlyMemory<byte> field, ReadOnlyMemory<byte> value)
    {
        var name = field.Span;

        if (name is not [(byte)'#', not (byte)'#', ..])
        {
            if (RedisCommit.KeyOf(Encoding.UTF8.GetString(name)) is { } key)
            {
                Fields[key] = value;
            }

            return;
        }

        switch (name)
        {
            case [_, (byte)'i']: _proof = value; break;
            case [_, (byte)'o']: _rotatedAt = Number(value); break;
            case [_, (byte)'e']: _expiresAt = Number(value); break;
            case [_, (byte)'v']: Version = Number(value); break;
            case [_, (byte)'a']: CreatedAt = Number(value); break;
            case [_, (byte)'r']: RenewedAt = Number(value); break;
            case [_, (byte)'n']: ListedUntil = Number(value); break;
            case [_, (byte)'l']: Lifetime = Length(Number(value)); break;
            case [_, (byte)'u']: UserId = Encoding.UTF8.GetString(value.Span); break;
            case [_, (byte)'t']: Tenant = Encoding.UTF8.GetString(value.Span); break;
        }
    }

    // What is none of ours must not fail a request.
    private long Number(ReadOnlyMemory<byte> value)
    {
        var isNumber = Utf8Parser.TryParse(value.Span, out long number, out var length) && length == value.Length;
        _isDamaged |= !isNumber;
        return number;
    }

    private TimeSpan Length(long milliseconds)
    {
        var isLength = milliseconds >= 0 && milliseconds < TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond;
        _isDamaged |= !isLength;
        return isLength ? TimeSpan.FromMilliseconds(milliseconds) : default;
    }
}
