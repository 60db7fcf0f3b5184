using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>The way of a request for which nothing fresh was there: it makes the answer, or waits for the one who does.</summary>
internal sealed class CachePass(CacheMiddleware cache, HttpContext context, RequestDelegate next, CacheUse use, CacheTags? outer)
{
    // For so long nobody waits for an answer of a key whose last one was not to be kept.
    private static readonly TimeSpan PassTime = TimeSpan.FromSeconds(5);

    private readonly CacheServices _services = cache.Services;

    public async Task RunAsync(CachePlace place)
    {
        if (!place.IsKnown)
        {
            place = await LookAsync(place).ConfigureAwait(false);

            if (await TryGiveAsync(place).ConfigureAwait(false))
            {
                return;
            }

            // What HEAD brings has no body to keep.
            if (!use.HasFlag(CacheUse.Store))
            {
                await cache.PassAsync(context, next, "request").ConfigureAwait(false);
                return;
            }

            CacheMiddleware.TellMiss(context);
        }

        if (cache.Policy.WantsNoHandler(context))
        {
            context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
            return;
        }

        if (!use.HasFlag(CacheUse.Join) || place.Item is PassMark)
        {
            await MakeAsync(place, fill: null).ConfigureAwait(false);
            return;
        }

        await JoinAsync(place).ConfigureAwait(false);
    }

    private async Task JoinAsync(CachePlace place)
    {
        var began = _services.Clock.GetTimestamp();

        while (true)
        {
            if (_services.Fills.TryBegin(place.Key, out var fill))
            {
                await BeginAsync(place, fill).ConfigureAwait(false);
                return;
            }

            if (await TryGiveStaleAsync(place).ConfigureAwait(false))
            {
                return;
            }

            var rest = cache.FillTimeout - _services.Clock.GetElapsedTime(began);
            var outcome = rest > TimeSpan.Zero ? await WaitAsync(fill, rest).ConfigureAwait(false) : null;

            if (outcome is null or FillOutcome.Declined || (outcome == FillOutcome.Handed && !await TryGiveHandedAsync(place, fill.Answer).ConfigureAwait(false)))
            {
                await MakeAsync(place, fill: null).ConfigureAwait(false);
                return;
            }

            if (outcome == FillOutcome.Handed)
            {
                return;
            }

            // Stored: perhaps under a key that this request does not have. Abandoned: whoever is first makes it.
            place = await LookAsync(place).ConfigureAwait(false);

            if (await TryGiveAsync(place).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private async Task BeginAsync(CachePlace place, Fill fill)
    {
        try
        {
            if (cache.Store.IsShared)
            {
                await new LeadPass(this, cache, context).RunAsync(place, fill).ConfigureAwait(false);
                return;
            }

            // Between the look and the begin another may have ended.
            place = await LookAsync(place).ConfigureAwait(false);

            if (await TryGiveAsync(place, fill).ConfigureAwait(false))
            {
                return;
            }

            await MakeAsync(place, fill).ConfigureAwait(false);
        }
        finally
        {
            // Whatever happened, nobody waits for one who is gone; where it was told already, this changes nothing.
            _services.Fills.End(fill, FillOutcome.Abandoned);
        }
    }

    private async Task<FillOutcome?> WaitAsync(Fill fill, TimeSpan atMost)
    {
        var wait = ((Task)fill.Outcome).WaitAsync(atMost, _services.Clock, context.RequestAborted);
        fill.Join();
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Whoever went away needs no answer.
        context.RequestAborted.ThrowIfCancellationRequested();
        return fill.Outcome.IsCompletedSuccessfully ? await fill.Outcome.ConfigureAwait(false) : null;
    }

    private async ValueTask<CachePlace> LookAsync(CachePlace place)
    {
        var store = cache.Store;

        if (!store.IsShared)
        {
            return cache.Look(context, outer?.Depth ?? 0);
        }

        var find = await store.GetAsync(place.Primary, lead: null, context.RequestAborted).ConfigureAwait(false);

        if (find.Item is not VaryMark mark || VariantOf(place.Primary, mark.Names, context.Request.Headers) is not { } key)
        {
            return new(place.Primary, place.Primary, find.Item, IsKnown: true, find.Begun);
        }

        find = await store.GetAsync(new(place.Primary, key), lead: null, context.RequestAborted).ConfigureAwait(false);
        return new(place.Primary, key, find.Item, IsKnown: true, find.Begun);
    }

    internal async ValueTask<bool> TryGiveAsync(CachePlace place, Fill? fill = null)
    {
        var now = _services.Clock.GetUtcNow().UtcTicks;

        if (!use.HasFlag(CacheUse.Serve) || place.Item is not StoredAnswer answer || !cache.Policy.IsServable(answer, context, now))
        {
            return false;
        }

        // Those who wait are told before the answer has gone to this caller, who may be slow.
        if (fill is not null)
        {
            _services.Fills.End(fill, FillOutcome.Stored);
        }

        await cache.GiveAsync(context, answer, now, outer).ConfigureAwait(false);
        return true;
    }

    // While another makes the new one.
    internal async ValueTask<bool> TryGiveStaleAsync(CachePlace place)
    {
        if (place.Item is not StoredAnswer old || _services.Clock.GetUtcNow().UtcTicks is var now && (now >= old.StaleUntil || now < old.StoredAt))
        {
            return false;
        }

        await cache.GiveAsync(context, old, now, outer).ConfigureAwait(false);
        return true;
    }

    private ValueTask<bool> TryGiveHandedAsync(CachePlace place, HandedAnswer? handed)
    {
        var key = handed is null ? null : handed.Vary.Length == 0 ? place.Primary : VariantOf(place.Primary, handed.Vary, context.Request.Headers);
        return string.Equals(key, handed?.Key, StringComparison.Ordinal) ? TryGiveAsync(place with { Item = handed?.Answer }) : new(false);
    }

    internal async Task MakeAsync(CachePlace place, Fill? fill)
    {
        var making = new AnswerMaking(cache, context, place, fill, outer);
        var outcome = FillOutcome.Declined;

        try
        {
            await using (making.ConfigureAwait(false))
            {
                outcome = await making.RunAsync(next).ConfigureAwait(false);
            }
        }
        finally
        {
            if (fill is not null)
            {
                await EndAsync(fill, outcome, making.Refusal, place).ConfigureAwait(false);
            }

            cache.Report(context, making.Refusal);
        }
    }

    private async ValueTask EndAsync(Fill fill, FillOutcome outcome, string? refusal, CachePlace place)
    {
        if (outcome != FillOutcome.Stored && context.RequestAborted.IsCancellationRequested)
        {
            _services.Fills.End(fill, FillOutcome.Abandoned);
            return;
        }

        // The next ones need not wait in vain. Only where somebody did, so that nobody fills the store with marks; and not for errors, which pass.
        if (outcome == FillOutcome.Declined && fill.Waiters > 0 && refusal is not (null or "failed" or "status") && !cache.Store.IsShared)
        {
            var mark = new PassMark { KeptUntil = (_services.Clock.GetUtcNow() + PassTime).UtcTicks };
            await cache.Store.SetAsync(new(place.Primary, place.Key), mark, cache.Store.Begin(), CancellationToken.None).ConfigureAwait(false);
        }

        _services.Fills.End(fill, outcome);
    }

    internal static string? VariantOf(string primary, string[] names, IHeaderDictionary headers)
    {
        var writer = new KeyWriter(stackalloc char[384]);

        try
        {
            writer.AddKey(primary);
            return CacheKeyRule.AddVariant(ref writer, names, headers) ? writer.Key.ToString() : null;
        }
        finally
        {
            writer.Dispose();
        }
    }
}
