using System.Buffers.Binary;
using System.Text;
using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>
/// The bytes of a session inside a sealed cookie: id, begin, renewal, lifetime, user, then each value with its key. Reading checks every length:
/// bytes of any other form are no session.
/// </summary>
internal static class SessionPayload
{
    private const int FixedSize = SessionId.Size + 8 + 8 + 8 + 2 + 2;
    private const int FieldOverhead = 2 + 4;
    private const long DefaultLifetime = -1;
    private const ushort NoUser = ushort.MaxValue;

    // No value of the application's has an empty key.
    private const string TenantKey = "";

    public static int SizeOf(SessionRecord record)
    {
        var size = FixedSize + (record.UserId is { } user ? Encoding.UTF8.GetByteCount(user) : 0);

        if (record.Tenant is { } tenant)
        {
            size += FieldOverhead + Encoding.UTF8.GetByteCount(tenant);
        }

        foreach (var (key, value) in record.Fields)
        {
            size += FieldOverhead + Encoding.UTF8.GetByteCount(key) + value.Length;
        }

        return size;
    }

    public static byte[] Write(SessionId id, SessionRecord record)
    {
        var bytes = new byte[SizeOf(record)];
        var rest = bytes.AsSpan();

        id.Write(rest);
        rest = rest[SessionId.Size..];
        WriteInt64(ref rest, record.CreatedAt);
        WriteInt64(ref rest, record.RenewedAt);
        WriteInt64(ref rest, record.Lifetime is { } lifetime ? (long)lifetime.TotalMilliseconds : DefaultLifetime);

        if (record.UserId is { } user)
        {
            WriteText(ref rest, user);
        }
        else
        {
            WriteUInt16(ref rest, NoUser);
        }

        WriteUInt16(ref rest, checked((ushort)(record.Fields.Count + (record.Tenant is null ? 0 : 1))));

        if (record.Tenant is { } tenant)
        {
            WriteField(ref rest, TenantKey, Encoding.UTF8.GetBytes(tenant));
        }

        foreach (var (key, value) in record.Fields)
        {
            WriteField(ref rest, key, value.Span);
        }

        return bytes;
    }

    /// <summary>Reads a payload. The values of the record are slices of <paramref name="bytes"/>.</summary>
    public static bool TryRead(byte[] bytes, SessionLifetimes lifetimes, out SessionId id, out SessionRecord record)
    {
        id = default;
        record = null!;

        if (bytes.Length < FixedSize)
        {
            return false;
        }

        var position = SessionId.Size;
        var createdAt = ReadInt64(bytes, ref position);
        var renewedAt = ReadInt64(bytes, ref position);
        var ownLifetime = ReadInt64(bytes, ref position);

        if (createdAt < 0 || renewedAt < createdAt || ownLifetime < DefaultLifetime || ownLifetime > (long)TimeSpan.MaxValue.TotalMilliseconds
            || !TryReadUser(bytes, ref position, out var user) || !TryReadFields(bytes, ref position, out var fields))
        {
            return false;
        }

        TimeSpan? lifetime = ownLifetime == DefaultLifetime ? null : TimeSpan.FromMilliseconds(ownLifetime);
        id = SessionId.Read(bytes);
        record = new()
        {
            CreatedAt = createdAt,
            RenewedAt = renewedAt,
            ExpiresAt = lifetimes.ExpiresAt(createdAt, renewedAt, lifetime),
            Lifetime = lifetime,
            UserId = user,
            Tenant = fields.Count > 0 && fields.Remove(TenantKey, out var tenant) ? Encoding.UTF8.GetString(tenant.Span) : null,
            Fields = fields,
        };
        return true;
    }

    private static bool TryReadUser(byte[] bytes, ref int position, out string? user)
    {
        user = null;

        if (position + 2 > bytes.Length)
        {
            return false;
        }

        if (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(position)) == NoUser)
        {
            position += 2;
            return true;
        }

        return TryReadText(bytes, ref position, out user);
    }

    private static bool TryReadFields(byte[] bytes, ref int position, out Dictionary<string, ReadOnlyMemory<byte>> fields)
    {
        fields = SessionRecord.NoFields;

        if (position + 2 > bytes.Length)
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(position));
        position += 2;

        if (count > 0)
        {
            // Never more room than the bytes can fill, whatever the count says.
            var read = new Dictionary<string, ReadOnlyMemory<byte>>(Math.Min(count, (bytes.Length - position) / FieldOverhead), StringComparer.Ordinal);

            for (var i = 0; i < count; i++)
            {
                if (!TryReadText(bytes, ref position, out var key) || position + 4 > bytes.Length)
                {
                    return false;
                }

                var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(position));
                position += 4;

                if (length < 0 || length > bytes.Length - position)
                {
                    return false;
                }

                read[key!] = bytes.AsMemory(position, length);
                position += length;
            }

            fields = read;
        }

        return position == bytes.Length;
    }

    private static bool TryReadText(byte[] bytes, ref int position, out string? text)
    {
        text = null;

        if (position + 2 > bytes.Length)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(position));

        if (length > bytes.Length - position - 2)
        {
            return false;
        }

        text = Encoding.UTF8.GetString(bytes, position + 2, length);
        position += 2 + length;
        return true;
    }

    private static long ReadInt64(byte[] bytes, ref int position)
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(position));
        position += 8;
        return value;
    }

    private static void WriteInt64(ref Span<byte> rest, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(rest, value);
        rest = rest[8..];
    }

    private static void WriteUInt16(ref Span<byte> rest, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(rest, value);
        rest = rest[2..];
    }

    private static void WriteField(ref Span<byte> rest, string key, ReadOnlySpan<byte> value)
    {
        WriteText(ref rest, key);
        BinaryPrimitives.WriteInt32LittleEndian(rest, value.Length);
        value.CopyTo(rest[4..]);
        rest = rest[(4 + value.Length)..];
    }

    private static void WriteText(ref Span<byte> rest, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, rest[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)length));
        rest = rest[(2 + length)..];
    }
}
