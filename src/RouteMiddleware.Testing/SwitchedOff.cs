namespace RouteMiddleware.Testing;

/// <summary>A middleware that a test switched off: it stays in its chains, so that they are checked as ever, and lets every request pass.</summary>
internal sealed record SwitchedOff(string Alias);
