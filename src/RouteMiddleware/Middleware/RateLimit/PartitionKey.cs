using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Whose permits they are. Each part has a field of its own, so that no two callers can be spelled alike.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct PartitionKey : IEquatable<PartitionKey>
{
    private readonly ClientAddress _address;
    private readonly byte _method;
    private readonly int _hash;
    private readonly string? _route;
    private readonly string? _text;

    /// <summary>Makes a key.</summary>
    /// <param name="address">The address, where the caller is counted by it.</param>
    /// <param name="text">Identity or header value, where the caller is counted by them.</param>
    /// <param name="route">The route's template, where routes are counted apart.</param>
    /// <param name="method">The method's number, likewise.</param>
    public PartitionKey(ClientAddress address, string? text = null, string? route = null, byte method = 0)
    {
        _address = address;
        _text = text;
        _route = route;
        _method = method;
        _hash = text is null && route is null
            ? HashCode.Combine(address.Bits, (byte)address.Family)
            : HashCode.Combine(address.Bits, (byte)address.Family, text, route, method);
    }

    public bool Equals(PartitionKey other)
        => _hash == other._hash
            && _address == other._address
            && _method == other._method
            && string.Equals(_text, other._text, StringComparison.Ordinal)
            && string.Equals(_route, other._route, StringComparison.Ordinal);

    /// <summary>
    /// Spells the key for a store, the same on all instances. What callers write is hashed, with the length of each part in front: it neither makes two of them alike nor
    /// reaches the store as it is.
    /// </summary>
    public string ToName()
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"{(byte)_address.Family}{_address.Bits:x}");

        if (_text is null && _route is null)
        {
            return address;
        }

        var parts = string.Create(CultureInfo.InvariantCulture, $"{address}:{_method}:{_route?.Length ?? -1}:{_route}{_text?.Length ?? -1}:{_text}");

        // Of the characters themselves: an encoding would make one of all that are broken.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(parts.AsSpan()), hash);
        return $"h{Convert.ToHexStringLower(hash[..16])}";
    }

    public override bool Equals(object? obj) => obj is PartitionKey other && Equals(other);

    public override int GetHashCode() => _hash;
}
