namespace RouteMiddleware.Contrib.Redis.Sharing;

/// <inheritdoc/>
/// <typeparam name="T">The service by which it is asked.</typeparam>
/// <param name="make">Makes it, once.</param>
internal sealed class Followed<T>(Func<T> make) : Followed
    where T : class
{
    private readonly Lock _lock = new();
    private T? _service;

    public override IFollowRedis? Follower => Get() as IFollowRedis;

    /// <summary>Gives it to somebody who will ask it.</summary>
    public T Use()
    {
        IsUsed = true;
        return Get();
    }

    private T Get()
    {
        lock (_lock)
        {
            return _service ??= make();
        }
    }
}
