using System.Collections.Frozen;

namespace RouteMiddleware;

/// <summary>Headers that describe one message or one caller: whoever sets one to a value of their own breaks the answer.</summary>
internal static class MessageHeaders
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        ["Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Keep-Alive", "Set-Cookie", "Trailer", "Transfer-Encoding", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the name is one of them.</summary>
    public static bool Contain(string name) => Names.Contains(name);
}
