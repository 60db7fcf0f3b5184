namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>How a save ended, and what stands now.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="CookieValue">The cookie's value where the session is kept.</param>
/// <param name="Session">The session as it is kept.</param>
internal readonly record struct SavedSession(SaveOutcome Outcome, string? CookieValue, LoadedSession Session)
{
    public static SavedSession Emptied => new(SaveOutcome.Emptied, null, default);

    public static SavedSession Dropped => new(SaveOutcome.Dropped, null, default);
}
