namespace RouteMiddleware.Middleware.Cache;

/// <summary>Asks to be the one instance that makes an answer while the others wait for it.</summary>
/// <param name="Owner">Who asks: a text that nobody else has.</param>
/// <param name="Time">After what time another may lead: one who died leaves the lead behind.</param>
public sealed record RouteCacheLead(string Owner, TimeSpan Time);
