using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>One save: what was loaded, what changed, and the id in case a new one is needed.</summary>
/// <param name="Loaded">The session as it was loaded.</param>
/// <param name="Changes">The changes; none for a mere renewal.</param>
/// <param name="NewId">The id for a session that begins, was rotated, or goes on after a flush.</param>
/// <param name="Now">The moment, in Unix milliseconds.</param>
/// <param name="Tenant">The tenant of the request, for a session that has none yet.</param>
internal readonly record struct SessionSave(LoadedSession Loaded, SessionChanges Changes, SessionId NewId, long Now, string? Tenant = null)
{
    /// <summary>Whether what is saved gets <see cref="NewId"/>.</summary>
    public bool NeedsNewId => Loaded.Record is null || Changes.IsRotated || Changes.IsFlushed;
}
