using RouteMiddleware.Contrib.Session.Records;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>What an engine found for one request.</summary>
/// <param name="Id">The session's id, where there is a record.</param>
/// <param name="Record">The record, or <see langword="null"/> where no valid cookie named one.</param>
/// <param name="Handle">What the engine itself needs to find the record again.</param>
/// <param name="WasRotated">
/// The cookie names an id that another request has just rotated away. Its sender shares a browser with the new one, so an answer to it must not
/// set a cookie.
/// </param>
internal readonly record struct LoadedSession(SessionId Id, SessionRecord? Record, object? Handle = null, bool WasRotated = false);
