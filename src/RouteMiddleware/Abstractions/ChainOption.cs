namespace RouteMiddleware;

/// <summary>One option of a middleware: the value in effect, and where it came from.</summary>
/// <param name="Name">The option's name; with the key behind it for an entry of a map: <c>Headers:X-Frame-Options</c>.</param>
/// <param name="Value">The value as text, <see langword="null"/> where there is none; <c>***</c> in the place of a secret.</param>
/// <param name="IsMasked">Whether the value, or a part of it, is a secret and not shown.</param>
/// <param name="Source">Which layer set it.</param>
/// <param name="Origin">Where that stands: the options class, the registration, a settings key, the entry with its argument, or file and line of the call.</param>
public sealed record ChainOption(string Name, string? Value, bool IsMasked, ChainOptionSource Source, string Origin);
