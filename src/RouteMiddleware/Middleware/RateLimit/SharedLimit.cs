using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>What a limit needs whose permits are counted in a store: its name there, whom the store has refused, and what holds while the store is away.</summary>
internal sealed class SharedLimit
{
    private readonly Refusal _undecided = new(
        StatusCodes.Status503ServiceUnavailable,
        "rate_limit_unavailable",
        "The limit can't be checked",
        "Whether the request is within its limit can't be found out at the moment; try again soon.")
    {
        Middleware = "rate_limit",
    };

    private readonly RateLimitStoreFailure _onFailure;
    private readonly bool _isFreedEarly;
    private readonly RefusedCallers _refused = new();

    public SharedLimit(RateLimitMiddleware limit, RateLimitOptions options, WatchedStore store, string id, string partitionBy)
    {
        Limit = limit;
        Store = store;
        Timeout = options.StoreTimeout;
        JoinKey = (store, partitionBy, options.StoreTimeout);
        Policy = new() { Id = id, Algorithm = options.Algorithm, PermitLimit = options.PermitLimit, Window = options.Window, Cost = options.Cost };
        _onFailure = options.OnStoreFailure;

        // Permits that requests give back come free at any moment: only the store knows.
        _isFreedEarly = options.Algorithm == RateLimitAlgorithm.Concurrency || options.Count == RateLimitCount.Failures;
    }

    public RateLimitMiddleware Limit { get; }

    public RateLimitPolicy Policy { get; }

    public WatchedStore Store { get; }

    public TimeSpan Timeout { get; }

    /// <summary>Limits that ask the same store for the same caller ask it together.</summary>
    public object JoinKey { get; }

    /// <summary>The answer while the store is away; <see langword="null"/> where callers are let pass, or counted here.</summary>
    public Refusal? Undecided => _onFailure == RateLimitStoreFailure.Closed ? _undecided : null;

    /// <summary>Whether the caller was refused before and can't be admitted yet.</summary>
    public bool IsRefused(in PartitionKey key, long now, out RateDecision decision) => _refused.TryFind(key, now, out decision);

    /// <summary>Puts an answer into the terms of this instance's clock.</summary>
    /// <param name="answer">The store's answer.</param>
    /// <param name="now">When it came.</param>
    public RateDecision Read(in RateLimitAnswer answer, long now)
        => new(answer.IsAdmitted, answer.Remaining, now + Limit.Rule.StepsOf(answer.FreeIn), Stamp: 0);

    /// <summary>Remembers a caller whom the store refused.</summary>
    /// <param name="key">The caller.</param>
    /// <param name="decision">The refusal.</param>
    /// <param name="freeIn">When the store might admit it, from the moment at which it was asked.</param>
    /// <param name="askedAt">That moment: the store counted from a later one.</param>
    public void Remember(in PartitionKey key, in RateDecision decision, TimeSpan freeIn, long askedAt)
    {
        if (!_isFreedEarly)
        {
            _refused.Add(key, decision, askedAt, askedAt + Limit.Rule.StepsOf(freeIn));
        }
    }

    /// <summary>Decides without the store.</summary>
    public SharedVerdict DecideAlone(in PartitionKey key, long now)
    {
        switch (_onFailure)
        {
            case RateLimitStoreFailure.Open:
                return new(new(IsAdmitted: true, Limit.Rule.PermitLimit, now, Stamp: 0), "store_open") { IsUncounted = true };
            case RateLimitStoreFailure.Closed:
                return new(new(IsAdmitted: false, 0, now, Stamp: 0), "store_closed") { IsUncounted = true, Refusal = _undecided };
            default:
                var permit = Limit.AcquireHere(key, now, out var decision);
                return new(decision, "store_local") { Permit = permit };
        }
    }
}
