namespace RouteMiddleware;

/// <summary>One middleware on the way of a request, as observers are told of it.</summary>
/// <param name="Name">The alias, or the class's name where it has none.</param>
/// <param name="Argument">What stands behind the colon of the entry, or <see langword="null"/>.</param>
/// <param name="Origin">Where the entry stands: a settings key, or route, file and line of the call.</param>
/// <param name="IsGlobal">Whether it comes from the global list, and not from a group or route.</param>
/// <param name="Stage">Which of its stages the request is in; <see cref="ChainStage.Request"/> also where it answers a preflight.</param>
public sealed record MiddlewareStep(string Name, string? Argument, string Origin, bool IsGlobal, ChainStage Stage)
{
    /// <summary>The entry as a list would write it.</summary>
    /// <returns><c>alias</c> or <c>alias:argument</c>.</returns>
    public override string ToString() => Argument is null ? Name : $"{Name}:{Argument}";
}
