using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Who an address belongs to: one IPv4 address, or the /64 of an IPv6 one, inside which its owner can change addresses at will.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClientAddress(ClientAddress.Kind Family, ulong Bits)
{
    internal enum Kind : byte
    {
        /// <summary>The connection has no address: a Unix socket, or a test server.</summary>
        Unknown,
        V4,
        V6,
    }

    public static ClientAddress From(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            return FromV6(address);
        }

        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) ? new(Kind.V4, BinaryPrimitives.ReadUInt32BigEndian(bytes)) : default;
    }

    private static ClientAddress FromV6(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];

        if (!address.TryWriteBytes(bytes, out _))
        {
            return default;
        }

        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);

        // ::ffff:a.b.c.d, and 64:ff9b::a.b.c.d, under which a translator in front of the host shows its IPv4 callers.
        var isMapped = high == 0 && low >> 32 == 0xffff;
        var isTranslated = high == 0x0064_ff9b_0000_0000 && low >> 32 == 0;

        return isMapped || isTranslated ? new(Kind.V4, low & 0xffff_ffff) : new(Kind.V6, high);
    }
}
