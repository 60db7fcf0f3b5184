namespace RouteMiddleware;

/// <summary>What is changed of a registration when all of them are known.</summary>
/// <param name="Alias">The registration.</param>
/// <param name="Substitute">What runs in its place.</param>
/// <param name="OptionsType">The class of the options that <paramref name="PostConfigure"/> takes.</param>
/// <param name="PostConfigure">The last word on its options.</param>
internal sealed record MiddlewareChange(string Alias, MiddlewareRegistration? Substitute, Type? OptionsType, Action<object>? PostConfigure);
