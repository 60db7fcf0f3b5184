using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>What a cookie's id led to.</summary>
/// <param name="Code">The script's answer.</param>
/// <param name="Record">The session, its times in ours, where it is valid.</param>
/// <param name="Hold">What is known of it beside its values.</param>
internal readonly record struct RedisFinding(char Code, SessionRecord? Record, RedisHold? Hold)
{
    public const char Valid = 'S';
    public const char Unknown = 'U';
    public const char Waiting = 'W';
    public const char Expired = 'X';
    public const char JustRotated = 'R';
    public const char Outdated = 'O';
    public const char Damaged = 'T';
}
