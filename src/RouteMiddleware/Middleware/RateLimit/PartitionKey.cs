using System.Runtime.InteropServices;

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

    public override bool Equals(object? obj) => obj is PartitionKey other && Equals(other);

    public override int GetHashCode() => _hash;
}
