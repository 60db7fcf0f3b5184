namespace RouteMiddleware.Middleware.Cache;

/// <summary>An answer that goes from hand to hand, as its store does not answer.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Vary">The headers of the request that it depends on.</param>
/// <param name="Key">Its key, with them.</param>
internal sealed record HandedAnswer(StoredAnswer Answer, string[] Vary, string Key);
