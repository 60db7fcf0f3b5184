using System.Security.Cryptography;
using System.Text;

namespace RouteMiddleware.Contrib.Redis;

/// <summary>A script that runs on the server, as one step that nothing comes in between. All its keys lie in one slot of a cluster: they share a hash tag.</summary>
/// <param name="name">What metrics and logs call it: letters, digits and <c>_</c>.</param>
/// <param name="text">The script, in Lua. Time comes from <c>redis.call('TIME')</c>, never from the caller.</param>
public sealed class RedisScript(string name, string text)
{
    /// <summary>What metrics and logs call it.</summary>
    public string Name { get; } = name;

    /// <summary>The script, in Lua.</summary>
    public string Text { get; } = text;

    /// <summary>What the server knows it by.</summary>
    // Redis names scripts by SHA-1; nothing is protected by it.
#pragma warning disable CA5350
    internal byte[] Hash { get; } = SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
