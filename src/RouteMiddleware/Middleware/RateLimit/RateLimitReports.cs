using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// The reports of all requests that meet limits, found by the request's context: an entry in its features costs several times as much, and makes the framework look up
/// all others anew. That way is left for the moments when more requests run than there are places.
/// </summary>
internal sealed class RateLimitReports
{
    private const int Places = 1024;
    private const int Probes = 4;

    private readonly RateLimitReport?[] _places = new RateLimitReport?[Places];
    private int _displaced;

    public RateLimitTexts Texts { get; } = new();

    /// <summary>The request's report; a new one where it met no limit yet.</summary>
    public RateLimitReport Of(HttpContext context)
    {
        var hash = RuntimeHelpers.GetHashCode(context);
        return Find(context, hash) ?? Begin(context, hash);
    }

    /// <summary>The request's report, or <see langword="null"/> where it met no limit, or where its answer is over.</summary>
    public RateLimitReport? Find(HttpContext context) => Find(context, RuntimeHelpers.GetHashCode(context));

    public void Leave() => Interlocked.Decrement(ref _displaced);

    private RateLimitReport? Find(HttpContext context, int hash)
    {
        for (var i = 0; i < Probes; i++)
        {
            if (_places[(hash + i) & (Places - 1)] is { } report && report.IsOf(context))
            {
                return report;
            }
        }

        return Volatile.Read(ref _displaced) != 0 && context.Features.Get<RateLimitReport>() is { } displaced && displaced.IsOf(context) ? displaced : null;
    }

    private RateLimitReport Begin(HttpContext context, int hash)
    {
        for (var i = 0; i < Probes; i++)
        {
            ref var place = ref _places[(hash + i) & (Places - 1)];
            var report = Volatile.Read(ref place) ?? Interlocked.CompareExchange(ref place, new(this), comparand: null) ?? place!;

            if (report.TryBegin(context))
            {
                return report;
            }
        }

        var displaced = new RateLimitReport(this, isDisplaced: true);
        displaced.TryBegin(context);
        Interlocked.Increment(ref _displaced);
        context.Features.Set(displaced);
        return displaced;
    }
}
