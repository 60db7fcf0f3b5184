namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>The JSON of the route.</summary>
internal sealed record Answer(string Message, int Visits);
