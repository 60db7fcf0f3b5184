using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Neighbouring limits that ask one store about the same caller: at once, and with the outcome of one behind the other.</summary>
internal sealed class SharedRun
{
    private readonly SharedLimit[] _limits;
    private readonly RateLimitPolicy[] _policies;
    private readonly PartitionKeyReader _keys;
    private readonly RateLimitReports _reports;

    public SharedRun(SharedLimit[] limits, PartitionKeyReader keys, RateLimitReports reports)
    {
        _limits = limits;
        _keys = keys;
        _reports = reports;
        _policies = [.. limits.Select(static limit => limit.Policy)];
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var report = _reports.Of(context);
        var first = 0;

        // Those that admitted the request before stand in front: an error page is another run of the same request.
        while (first < _limits.Length && report.IsAdmittedBy(_limits[first].Limit))
        {
            first++;
        }

        return first == _limits.Length ? next(context) : DecideAsync(context, next, report, first);
    }

    private Task DecideAsync(HttpContext context, RequestDelegate next, RateLimitReport report, int first)
    {
        var key = _keys.Read(context);
        var now = _limits[0].Limit.Clock.GetTimestamp();
        var end = first;
        RateDecision remembered = default;

        // Behind a limit that refuses for certain nobody needs to be asked.
        while (end < _limits.Length && !_limits[end].IsRefused(key, now, out remembered))
        {
            end++;
        }

        if (end == first)
        {
            return _limits[end].Limit.RefuseAsync(context, report, new(remembered, "remembered"), now);
        }

        var pass = new SharedPass(context, report, key, remembered);
        return _limits[0].Store.IsAvailable()
            ? AskAsync(pass, next, first, end, now)
            : PassAsync(pass, next, first, end, now, answers: null);
    }

    private async Task AskAsync(SharedPass pass, RequestDelegate next, int first, int end, long askedAt)
    {
        var store = _limits[0].Store;
        RateLimitAnswer[]? answers = new RateLimitAnswer[end - first];
        pass.Partition = pass.Key.ToName();

        try
        {
            await store.Store.AcquireAsync(pass.Partition, _policies.AsMemory(first, end - first), answers, _limits[0].Timeout).ConfigureAwait(false);
            store.NoteAnswer();
        }
        catch (RateLimitStoreException exception)
        {
            store.NoteFailure(exception);
            answers = null;
        }

        await PassAsync(pass, next, first, end, askedAt, answers).ConfigureAwait(false);
    }

    private Task PassAsync(SharedPass pass, RequestDelegate next, int first, int end, long askedAt, RateLimitAnswer[]? answers)
    {
        var now = answers is null ? askedAt : _limits[0].Limit.Clock.GetTimestamp();

        try
        {
            for (var i = first; i < _limits.Length; i++)
            {
                var limit = _limits[i];
                var verdict = i == end ? new(pass.Remembered, "remembered")
                    : answers is null ? limit.DecideAlone(pass.Key, now)
                    : Read(limit, answers[i - first], pass.Key, now, askedAt);

                if (!verdict.Decision.IsAdmitted)
                {
                    return pass.EndAsync(limit.Limit.RefuseAsync(pass.Context, pass.Report, verdict, now));
                }

                pass.Take(limit, verdict);
                limit.Limit.Admit(pass.Context, pass.Report, verdict, now);
            }

            return pass.GoOnAsync(next);
        }
        catch (Exception exception)
        {
            // An answer that has begun takes no headers: what was taken comes back all the same.
            return pass.EndAsync(Task.FromException(exception));
        }
    }

    private static SharedVerdict Read(SharedLimit limit, in RateLimitAnswer answer, in PartitionKey key, long now, long askedAt)
    {
        var decision = limit.Read(answer, now);

        if (!answer.IsAdmitted)
        {
            limit.Remember(key, decision, answer.FreeIn, askedAt);
        }

        return new(decision, answer.IsAdmitted ? "none" : "limit") { Answer = answer };
    }
}
