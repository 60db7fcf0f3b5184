namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>Makes a cookie's value that nobody else can make, and reads it back.</summary>
internal interface ICookieSealer
{
    /// <summary>The length of the value for a payload of that many bytes, or a little more.</summary>
    int SealedLength(int payloadLength);

    string Seal(ReadOnlySpan<byte> payload);

    /// <summary>Reads a value. Whatever it holds, this neither throws nor trusts: anything not sealed by this very kind of sealer is foreign.</summary>
    bool TryOpen(ReadOnlySpan<char> value, out byte[] payload);
}
