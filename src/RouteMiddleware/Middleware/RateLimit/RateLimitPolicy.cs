namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>One limit as an <see cref="IRateLimitStore"/> sees it. Made once for each attachment.</summary>
public sealed class RateLimitPolicy
{
    /// <summary>
    /// Under which name permits are counted: the same on all instances and after every start. It stands for algorithm and window too, so that limits of one name understand
    /// what others wrote; permit limits may differ. Letters, digits, <c>_</c>, <c>-</c>, <c>.</c> and <c>:</c>, at most 90.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>How permits are counted.</summary>
    public RateLimitAlgorithm Algorithm { get; init; }

    /// <summary>Permits in one <see cref="Window"/>, or at any moment.</summary>
    public required int PermitLimit { get; init; }

    /// <summary>The time in which the limit holds.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Permits that one request takes.</summary>
    public int Cost { get; init; } = 1;
}
