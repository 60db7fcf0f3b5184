namespace RouteMiddleware.Contrib.Session;

/// <summary>One session of a user, as <see cref="ISessionAdmin"/> shows it.</summary>
/// <param name="Id">What <see cref="ISessionAdmin.EndAsync"/> takes. Not the id in the cookie: nobody can use the session with it.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastSeenAt">When it was last saved or renewed.</param>
/// <param name="IsCurrent">Whether it is the session that was given as the caller's own.</param>
public sealed record SessionInfo(string Id, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool IsCurrent);
