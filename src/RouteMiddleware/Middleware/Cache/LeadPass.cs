using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// The way of the one request of this instance that makes an answer of a shared store: one instance leads, the others look again and again until its answer is there, it is not
/// to be kept, its lead is over, or they have waited long enough.
/// </summary>
internal sealed class LeadPass(CachePass pass, CacheMiddleware cache, HttpContext context)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(64);

    // For so long after an answer that was not kept nobody waits for the next one.
    private static readonly TimeSpan PassTime = TimeSpan.FromSeconds(1);

    private readonly CacheServices _services = cache.Services;
    private readonly RouteCacheLead _lead = new(RandomNumberGenerator.GetHexString(32, lowercase: true), cache.FillTimeout);

    public async Task RunAsync(CachePlace place, Fill fill)
    {
        // Without a store there is nobody to agree with.
        if (place.Begun < 0 || cache.FillTimeout <= TimeSpan.Zero)
        {
            await pass.MakeAsync(place, fill).ConfigureAwait(false);
            return;
        }

        var began = _services.Clock.GetTimestamp();
        var pause = FirstPause;

        while (true)
        {
            (place, var role) = await LookAsync(place).ConfigureAwait(false);
            await LeaveIfAbortedAsync(place, role).ConfigureAwait(false);
            var rest = cache.FillTimeout - _services.Clock.GetElapsedTime(began);

            if (role != RouteCacheRole.Follows || rest <= TimeSpan.Zero)
            {
                await EndAsync(place, fill, role).ConfigureAwait(false);
                return;
            }

            // Between the look and the lead another may have ended; what is over may still be given.
            if (await pass.TryGiveAsync(place, fill).ConfigureAwait(false) || await pass.TryGiveStaleAsync(place).ConfigureAwait(false))
            {
                return;
            }

            await Task.Delay(pause < rest ? pause : rest, _services.Clock, context.RequestAborted).ConfigureAwait(false);
            pause = 2 * pause < LongestPause ? 2 * pause : LongestPause;
        }
    }

    private async Task EndAsync(CachePlace place, Fill fill, RouteCacheRole role)
    {
        // Where the store did not answer in time it may have given the lead all the same.
        var ending = role is RouteCacheRole.Leads or RouteCacheRole.None ? EndLeadAsync(place, fill) : Task.CompletedTask;

        try
        {
            if (await pass.TryGiveAsync(place, fill).ConfigureAwait(false))
            {
                return;
            }

            if (role == RouteCacheRole.Passes)
            {
                _services.Fills.End(fill, FillOutcome.Declined);
            }

            await pass.MakeAsync(place, role == RouteCacheRole.Passes ? null : fill).ConfigureAwait(false);
        }
        finally
        {
            _services.Fills.End(fill, FillOutcome.Abandoned);

            // Nobody waits for a store that is away.
            await (role == RouteCacheRole.Leads ? ending : Task.CompletedTask).ConfigureAwait(false);
        }
    }

    // Whoever went away needs no answer, and all others would wait for the one who leads.
    private async ValueTask LeaveIfAbortedAsync(CachePlace place, RouteCacheRole role)
    {
        if (!context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (role is RouteCacheRole.Leads or RouteCacheRole.None)
        {
            await cache.Store.EndLeadAsync(new(place.Primary, place.Key), _lead, TimeSpan.Zero).ConfigureAwait(false);
        }

        context.RequestAborted.ThrowIfCancellationRequested();
    }

    // The others are told as soon as it is known, not when the answer has gone to its own caller, who may be slow.
    private async Task EndLeadAsync(CachePlace place, Fill fill)
    {
        var outcome = await fill.Outcome.ConfigureAwait(false);
        await cache.Store.EndLeadAsync(new(place.Primary, place.Key), _lead, outcome == FillOutcome.Declined ? PassTime : TimeSpan.Zero).ConfigureAwait(false);
    }

    private async ValueTask<(CachePlace Place, RouteCacheRole Role)> LookAsync(CachePlace place)
    {
        while (true)
        {
            // Not given up with its caller, for it takes no longer than its timeout: a lead that nobody knows of could not be given back.
            var find = await cache.Store.GetAsync(new(place.Primary, place.Key), _lead, CancellationToken.None).ConfigureAwait(false);

            if (find.Item is not VaryMark mark
                || !ReferenceEquals(place.Primary, place.Key)
                || CachePass.VariantOf(place.Primary, mark.Names, context.Request.Headers) is not { } key)
            {
                return (place with { Item = find.Item, Begun = find.Begun }, find.Role);
            }

            // Since the first look it became known what chooses among the answers: each is led by itself.
            if (find.Role == RouteCacheRole.Leads)
            {
                await cache.Store.EndLeadAsync(place.Primary, _lead, TimeSpan.Zero).ConfigureAwait(false);
            }

            place = place with { Key = key };
        }
    }
}
