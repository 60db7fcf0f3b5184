namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What a partition says to one request.</summary>
/// <param name="IsAdmitted">Whether the request may pass.</param>
/// <param name="Remaining">Permits that are left.</param>
/// <param name="FreeAt">The timestamp at which more permits are free: enough for this request where it is refused.</param>
/// <param name="Stamp">Under which the permits are booked, to give them back.</param>
internal readonly record struct RateDecision(bool IsAdmitted, int Remaining, long FreeAt, long Stamp);
