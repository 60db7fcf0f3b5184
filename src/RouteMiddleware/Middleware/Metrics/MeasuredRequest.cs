using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>One request on its way through <c>metrics</c>.</summary>
/// <param name="Context">The request.</param>
/// <param name="Endpoint">Its endpoint on the way in.</param>
/// <param name="Method">Its method as a tag.</param>
/// <param name="StartedAt">The clock's timestamp on the way in.</param>
/// <param name="IsActive">Whether it is counted among the active ones.</param>
internal readonly record struct MeasuredRequest(HttpContext Context, Endpoint? Endpoint, string Method, long StartedAt, bool IsActive);
