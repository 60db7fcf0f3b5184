namespace RouteMiddleware.Commands;

/// <summary>One route of a lock file.</summary>
/// <param name="Name">Methods and template.</param>
/// <param name="Lines">Its middleware, outermost first.</param>
internal sealed record LockBlock(string Name, IReadOnlyList<string> Lines);
