namespace RouteMiddleware;

/// <summary>A middleware that was declared for an endpoint and does not run there.</summary>
/// <param name="Link">What would run.</param>
/// <param name="Reason">Why it does not.</param>
/// <param name="By">Who took it off: the call with file and line, or the settings key.</param>
public sealed record TakenOffLink(ChainLink Link, TakenOffReason Reason, string By);
