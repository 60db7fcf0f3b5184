namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>What a commit came to.</summary>
/// <param name="Code">The script's answer.</param>
internal readonly record struct RedisReply(char Code)
{
    public const char Saved = 'S';
    public const char Ended = 'E';
    public const char Gone = 'G';
    public const char Rotated = 'R';
    public const char NewFamily = 'N';
    public const char Changed = 'C';
    public const char Late = 'L';
    public const char Ambiguous = 'A';
    public const char Damaged = 'T';

    public long ServerNow { get; init; }

    public long CreatedAt { get; init; }

    public long ExpiresAt { get; init; }

    public long Version { get; init; }

    public TimeSpan? Lifetime { get; init; }

    public string? UserBefore { get; init; }

    /// <summary>The value that was there instead of the expected one.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    public bool IsWritten => Code is Saved or Ended;
}
