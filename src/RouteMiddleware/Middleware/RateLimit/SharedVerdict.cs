using System.Runtime.InteropServices;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What holds for a request by one limit whose permits are counted in a store.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Reason">Why, for the metric.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SharedVerdict(RateDecision Decision, string Reason)
{
    /// <summary>What the store said, where it was asked.</summary>
    public RateLimitAnswer? Answer { get; init; }

    /// <summary>Where this instance took the permits, if it did.</summary>
    public RatePermit? Permit { get; init; }

    /// <summary>Whether nobody counted, so that there is nothing to tell in headers.</summary>
    public bool IsUncounted { get; init; }

    /// <summary>The answer of a refusal that is none of the limit's own.</summary>
    public Refusal? Refusal { get; init; }
}
