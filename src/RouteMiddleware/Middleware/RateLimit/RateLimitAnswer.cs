using System.Runtime.InteropServices;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What an <see cref="IRateLimitStore"/> says to one request.</summary>
/// <param name="IsAdmitted">Whether the request may pass.</param>
/// <param name="Remaining">Permits that are left; never negative.</param>
/// <param name="FreeIn">In how much time more permits are free: enough for this request where it is refused.</param>
/// <param name="Permit">Under which the store booked the permits, to give them back.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RateLimitAnswer(bool IsAdmitted, int Remaining, TimeSpan FreeIn, long Permit);
