using System.Security.Cryptography;
using System.Text;
using RouteMiddleware.Contrib.Session.Records;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>The names of the keys of one cookie's sessions. What stands in braces decides the slot in a cluster; no name holds anything that a client sent.</summary>
internal sealed class RedisKeys(string prefix, string cookieName)
{
    private static readonly int HandleLength = CanonicalBase64Url.EncodedLength(SHA256.HashSizeInBytes);

    private readonly string _sessions = $"{prefix}session:{cookieName}:{{";
    private readonly string _users = $"{prefix}session-users:{cookieName}:{{";
    private readonly string _ended = $"{prefix}session-ended:{cookieName}:{{";

    /// <summary>Whether a text has the one form of a handle; nothing else ever gets into a key.</summary>
    public static bool IsHandle(string text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes + 3];
        return text.Length == HandleLength && CanonicalBase64Url.TryDecode(text, bytes, out var count) && count == SHA256.HashSizeInBytes;
    }

    public RedisKey Session(string handle) => string.Concat(_sessions, handle, "}");

    /// <summary>The sessions of one user, and when all of them were ended last; both in one slot.</summary>
    public RedisKey[] User(string userId)
    {
        var tag = CanonicalBase64Url.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(userId)));
        return [string.Concat(_users, tag, "}"), string.Concat(_ended, tag, "}")];
    }
}
