using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace RouteMiddleware.Contrib.Session.Sealing;

/// <summary>Seals with ASP.NET Core's data protection: where no secret is set.</summary>
internal sealed class ProtectedSealer(IDataProtectionProvider provider, string cookieName) : ICookieSealer
{
    // Header, key id, key modifier, IV, padding and MAC of the default algorithms.
    private const int MostOverhead = 160;

    private readonly IDataProtector _protector = provider.CreateProtector("RouteMiddleware.Contrib.Session", "v1", cookieName);

    public int SealedLength(int payloadLength) => Records.CanonicalBase64Url.EncodedLength(payloadLength + MostOverhead);

    public string Seal(ReadOnlySpan<byte> payload) => Records.CanonicalBase64Url.Encode(_protector.Protect(payload.ToArray()));

    public bool TryOpen(ReadOnlySpan<char> value, out byte[] payload)
    {
        var bytes = new byte[Records.CanonicalBase64Url.MaxDecodedLength(value.Length)];
        payload = [];

        if (!Records.CanonicalBase64Url.TryDecode(value, bytes, out var size))
        {
            return false;
        }

        try
        {
            payload = _protector.Unprotect(bytes[..size]);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
