namespace RouteMiddleware.Middleware.Gzip;

/// <summary>What becomes of an answer's body.</summary>
internal enum AnswerState
{
    /// <summary>Not known yet: the beginning is kept back, or nothing was written.</summary>
    Undecided,

    /// <summary>It goes out as it is.</summary>
    Plain,

    /// <summary>It goes through an encoder.</summary>
    Encoded,

    /// <summary>Nobody gets it: an answer to HEAD, a client that left, or a failure.</summary>
    Dropped,
}
