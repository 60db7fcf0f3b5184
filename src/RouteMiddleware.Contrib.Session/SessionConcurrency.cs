namespace RouteMiddleware.Contrib.Session;

/// <summary>How concurrent requests of one session share it.</summary>
public enum SessionConcurrency
{
    /// <summary>They run side by side; each writes the values that it changed, and no other.</summary>
    Merge,

    /// <summary>They take turns, in the order in which they came. Members need the session to have been loaded: take <see cref="RouteSession"/> as a handler parameter, or await <see cref="RouteSession.LoadAsync"/>.</summary>
    Serialize,
}
