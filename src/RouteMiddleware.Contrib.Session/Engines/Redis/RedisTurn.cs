namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>A request's turn: in the queue of this instance, and on the server under a token that nobody else has.</summary>
/// <param name="Place">The queue of this instance.</param>
/// <param name="Number">The turn in it.</param>
/// <param name="Token">What the server knows the turn by; a commit under another token is refused.</param>
internal sealed record RedisTurn(KeyedTurns.Place Place, long Number, string Token);
