namespace Api;

/// <summary>What a login form sends.</summary>
public sealed record Credentials(string? Username, string? Password);
