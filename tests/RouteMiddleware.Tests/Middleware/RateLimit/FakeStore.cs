using RouteMiddleware.Middleware.RateLimit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>A store whose answers a test decides, and which notes what it was asked.</summary>
internal sealed class FakeStore : IRateLimitStore
{
    public string Name => "fake";

    public string? Fault { get; set; }

    public bool IsAvailable { get; set; } = true;

    /// <summary>Whether questions fail.</summary>
    public bool Fails { get; set; }

    /// <summary>Says what a limit answers; everything is admitted where nothing is said.</summary>
    public Func<RateLimitPolicy, RateLimitAnswer> Answer { get; set; } = static policy => new(IsAdmitted: true, policy.PermitLimit - policy.Cost, TimeSpan.FromSeconds(9), Permit: 7);

    /// <summary>The limits of each question.</summary>
    public List<(string Partition, RateLimitPolicy[] Policies)> Questions { get; } = [];

    public List<(string Partition, RateLimitPolicy Policy, RateLimitAnswer Answer)> Returned { get; } = [];

    public ValueTask AcquireAsync(string partition, ReadOnlyMemory<RateLimitPolicy> policies, Memory<RateLimitAnswer> answers, TimeSpan timeout)
    {
        Questions.Add((partition, policies.ToArray()));

        if (Fails)
        {
            throw new RateLimitStoreException("It is broken.");
        }

        for (var i = 0; i < policies.Length; i++)
        {
            answers.Span[i] = Answer(policies.Span[i]);

            if (!answers.Span[i].IsAdmitted)
            {
                break;
            }
        }

        return default;
    }

    public ValueTask<RateLimitAnswer> ReturnAsync(string partition, RateLimitPolicy policy, RateLimitAnswer answer, TimeSpan timeout)
    {
        Returned.Add((partition, policy, answer));
        return Fails ? throw new RateLimitStoreException("It is broken.") : new(answer with { Remaining = policy.PermitLimit, FreeIn = TimeSpan.Zero });
    }
}
