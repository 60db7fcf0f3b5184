namespace Api;

/// <summary>Somebody who can log in.</summary>
public sealed record User(string Id, string Name, string Role);
