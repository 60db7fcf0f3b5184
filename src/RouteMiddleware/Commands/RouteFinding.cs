using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Commands;

/// <summary>What routing makes of a request.</summary>
/// <param name="Endpoint">The endpoint that it picks; <see langword="null"/> where none fits.</param>
/// <param name="Status">404, 405 or 415 where none fits; otherwise 200.</param>
/// <param name="Allow">With 405, the methods that the path takes.</param>
/// <param name="Values">The values of the route's parameters.</param>
internal sealed record RouteFinding(Endpoint? Endpoint, int Status, IReadOnlyList<string> Allow, IReadOnlyDictionary<string, string?> Values);
