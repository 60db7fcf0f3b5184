using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>One request on its way through limits in a store: what it took, and what of that comes back.</summary>
internal sealed class SharedPass(HttpContext context, RateLimitReport report, PartitionKey key, RateDecision remembered)
{
    private List<Func<ValueTask>>? _held;
    private List<FailureCount>? _counts;

    public HttpContext Context => context;

    public RateLimitReport Report => report;

    public PartitionKey Key => key;

    /// <summary>The refusal that holds without asking, if there is one.</summary>
    public RateDecision Remembered => remembered;

    /// <summary>The caller as the store knows it.</summary>
    public string? Partition { get; set; }

    /// <summary>Notes what a limit admitted: some permits come back.</summary>
    public void Take(SharedLimit limit, in SharedVerdict verdict)
    {
        if (verdict.IsUncounted)
        {
            return;
        }

        var (owner, here) = (limit.Limit, verdict.Permit ?? default);
        var there = verdict.Answer is { } answer ? new SharedPermit(limit, Partition!, answer) : null;

        if (owner.HoldsAMoment)
        {
            (_held ??= []).Add(() => owner.ReleaseAsync(context, here, there));
        }
        else if (owner.CountsFailuresOnly)
        {
            (_counts ??= []).Add(new FailureCount(owner, context, here, there));
        }
    }

    /// <summary>Goes on behind the limits.</summary>
    public Task GoOnAsync(RequestDelegate next)
    {
        _counts?.ForEach(static count => count.Begin());

        return EndAsync(next(context));
    }

    /// <summary>Ends when the rest has, and gives back what the request held so long.</summary>
    public Task EndAsync(Task rest) => _held is null ? rest : HoldAsync(rest, _held);

    private static async Task HoldAsync(Task rest, List<Func<ValueTask>> held)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        finally
        {
            foreach (var release in held)
            {
                await release().ConfigureAwait(false);
            }
        }
    }
}
