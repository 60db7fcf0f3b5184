namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>Brings an engine of another kind: one that waits for a store, or one that fails in a test.</summary>
internal interface ISessionEngineSource
{
    /// <summary>Makes the engine for one attachment, or <see langword="null"/> where the options name one of this package.</summary>
    ISessionEngine? Create(SessionOptions options);
}
