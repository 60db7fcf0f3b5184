namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>What is kept of one session, as it stood at one moment. Never changed: a save makes a new one, so readers need no copy and no lock.</summary>
internal sealed class SessionRecord
{
    public static readonly Dictionary<string, ReadOnlyMemory<byte>> NoFields = new Dictionary<string, ReadOnlyMemory<byte>>(0, StringComparer.Ordinal);

    /// <summary>When the session began, in Unix milliseconds. No request moves it.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When it was last saved or renewed.</summary>
    public required long RenewedAt { get; init; }

    /// <summary>The first moment at which it is no longer valid.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>A lifetime of its own; <see langword="null"/> for the default, zero until the browser closes.</summary>
    public TimeSpan? Lifetime { get; init; }

    public string? UserId { get; init; }

    /// <summary>The first tenant in whose requests the session was saved; in those of another it is none.</summary>
    public string? Tenant { get; init; }

    /// <summary>The values: JSON by key.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>> Fields { get; init; } = NoFields;

    public bool IsEmpty => Fields.Count == 0 && UserId is null;
}
