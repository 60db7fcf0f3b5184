namespace RouteMiddleware;

/// <summary>A service that measures each middleware of a chain by itself while somebody listens to the meter or the activity source of the library.</summary>
internal interface IChainObservation
{
    /// <summary>Whether every chain is composed so that it can be measured: set before endpoints are built. Default: only those chains that <see cref="IObserveChains"/> stands in.</summary>
    bool IsWanted { get; set; }
}
