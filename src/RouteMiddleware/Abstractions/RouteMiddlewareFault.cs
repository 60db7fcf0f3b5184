namespace RouteMiddleware;

/// <summary>One thing that keeps the application from starting.</summary>
/// <param name="Where">The settings key, or the route with file and line of the call.</param>
/// <param name="What">What is wrong, in one sentence.</param>
/// <param name="Fix">What to do, in one sentence.</param>
public sealed record RouteMiddlewareFault(string Where, string What, string Fix)
{
    /// <summary>The fault as one line.</summary>
    /// <returns><c>where: what fix</c>.</returns>
    public override string ToString() => $"{Where}: {What} {Fix}";
}
