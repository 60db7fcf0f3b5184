namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <summary>Something that all instances know alike, and whether anybody of this one asks it.</summary>
internal abstract class Followed
{
    private volatile bool _isUsed;

    /// <summary>Whether somebody has it: a middleware of a chain, or the application's own code.</summary>
    public bool IsUsed
    {
        get => _isUsed;
        protected set => _isUsed = value;
    }

    /// <summary>What is kept up to date; <see langword="null"/> where there is no Redis to hear it from.</summary>
    public abstract IFollowRedis? Follower { get; }
}
