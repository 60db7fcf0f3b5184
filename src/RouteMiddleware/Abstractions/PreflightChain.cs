namespace RouteMiddleware;

/// <summary>What a CORS preflight (<c>OPTIONS</c> with <c>Origin</c> and <c>Access-Control-Request-Method</c>) for an endpoint meets.</summary>
/// <param name="Answer">Who answers it.</param>
/// <param name="Link">The middleware that answers it, where one does.</param>
/// <param name="Links">What runs for it, outermost first, the one that answers last.</param>
/// <param name="Explanation">Why, in one sentence.</param>
public sealed record PreflightChain(PreflightAnswer Answer, ChainLink? Link, IReadOnlyList<ChainLink> Links, string Explanation);
