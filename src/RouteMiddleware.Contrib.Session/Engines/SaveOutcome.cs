namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>How a save ended.</summary>
internal enum SaveOutcome
{
    /// <summary>The session is kept, and the cookie names it.</summary>
    Saved,

    /// <summary>Nothing is left: the record is gone, and the cookie goes too.</summary>
    Emptied,

    /// <summary>The session was ended or rotated by another request meanwhile: nothing was written, and no cookie is sent.</summary>
    Dropped,
}
