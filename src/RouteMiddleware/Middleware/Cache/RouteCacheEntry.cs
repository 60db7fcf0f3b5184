namespace RouteMiddleware.Middleware.Cache;

/// <summary>A value on its way into a shared store.</summary>
public sealed class RouteCacheEntry
{
    /// <summary>Where it belongs.</summary>
    public required RouteCacheKey Key { get; init; }

    /// <summary>The value.</summary>
    public required ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>By which it is evicted; each once.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The generation that was looked up before the value's making began.</summary>
    public required long Generation { get; init; }

    /// <summary>How long it is kept; more than zero.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>Whether it takes the place of a value with a later generation too. Default: <see langword="false"/>, a slow maker puts nothing old over something new.</summary>
    public bool ReplacesNewer { get; init; }
}
