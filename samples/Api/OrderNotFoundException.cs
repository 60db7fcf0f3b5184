namespace Api;

/// <summary>There is no such order of this user.</summary>
public sealed class OrderNotFoundException() : Exception("There is no such order of yours.");
