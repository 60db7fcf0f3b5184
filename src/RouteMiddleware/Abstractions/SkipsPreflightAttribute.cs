namespace RouteMiddleware;

/// <summary>
/// In the global list, the middleware lets a CORS preflight pass that an endpoint's own chain answers (<see cref="IAnswerPreflight"/>): for those that ask for what
/// a preflight never carries, such as credentials, or that count requests.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SkipsPreflightAttribute : Attribute;
