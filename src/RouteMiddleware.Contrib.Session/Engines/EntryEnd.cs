namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>How a session in memory ended.</summary>
internal enum EntryEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>Flushed, emptied, expired or evicted: it does not come back.</summary>
    Gone,

    /// <summary>It goes on under another id.</summary>
    Rotated,
}
