using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Keeps answers in a store of many instances, as bytes under hashed names.</summary>
internal sealed class SharedCacheStore(IRouteCacheStore store, TimeSpan timeout, TimeProvider clock, CacheTrouble trouble) : ICacheStore
{
    // A lead that could not be given back holds up everybody else for as long as an answer may take.
    private static readonly TimeSpan OwedPause = TimeSpan.FromMilliseconds(250);
    private const int MostOwed = 256;

    private int _owed;

    public bool IsShared => true;

    public long Begin() => -1;

    public bool TryGet(ReadOnlySpan<char> key, long now, out CacheItem? item)
    {
        item = null;
        return false;
    }

    public async ValueTask<CacheFind> GetAsync(CacheKey key, RouteCacheLead? lead, CancellationToken cancellationToken)
    {
        var name = NameOf(key);
        RouteCacheLook look;

        try
        {
            look = await store.GetAsync(name, lead, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (RouteCacheStoreException exception)
        {
            trouble.Away(store.Name, exception);
            return new(Item: null, Begun: -1);
        }

        trouble.Back(store.Name);

        if (look.IsForeign)
        {
            trouble.Broken(store.Name);
        }

        if (look.Value.IsEmpty)
        {
            return new(Item: null, look.Generation, look.Role);
        }

        if (CacheItemReader.Read(look.Value, key.Full) is { } item)
        {
            return new(item.KeptUntil > clock.GetUtcNow().UtcTicks ? item : null, look.Generation, look.Role);
        }

        trouble.Broken(store.Name);
        await RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        return new(Item: null, look.Generation, look.Role);
    }

    public async ValueTask<bool> SetAsync(CacheKey key, CacheItem item, long begun, CancellationToken cancellationToken)
    {
        var lifetime = TimeSpan.FromTicks(item.KeptUntil - clock.GetUtcNow().UtcTicks);

        if (begun < 0 || lifetime <= TimeSpan.Zero || CacheItemWriter.Write(item, key.Full, store.MaxSize) is not { } value)
        {
            return false;
        }

        var entry = new RouteCacheEntry { Key = NameOf(key), Value = value, Tags = item.Tags, Generation = begun, Lifetime = lifetime, ReplacesNewer = item is not StoredAnswer };

        try
        {
            return await store.SetAsync(entry, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (RouteCacheStoreException exception)
        {
            trouble.Away(store.Name, exception);
            throw;
        }
    }

    public async ValueTask EndLeadAsync(CacheKey key, RouteCacheLead lead, TimeSpan passTime)
    {
        try
        {
            await store.EndLeadAsync(NameOf(key), lead, passTime, timeout).ConfigureAwait(false);
        }
        catch (RouteCacheStoreException exception)
        {
            trouble.Away(store.Name, exception);

            // Nobody waits for that, and nothing of the request flows into it.
            using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
            {
                _ = OweLeadAsync(NameOf(key), lead);
            }
        }
    }

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => store.EvictByTagAsync(tag, timeout, cancellationToken);

    public ValueTask EvictAllAsync(CancellationToken cancellationToken) => store.EvictAllAsync(timeout, cancellationToken);

    private static RouteCacheKey NameOf(CacheKey key)
    {
        var group = HashOf(key.Primary);
        return new(ReferenceEquals(key.Primary, key.Full) ? group : HashOf(key.Full), group);
    }

    // Tried again until the lead has ended by itself. Of too many at once, as of a store that is away for long, some are left to that.
    private async Task OweLeadAsync(RouteCacheKey name, RouteCacheLead lead)
    {
        var (began, isOwed) = (clock.GetTimestamp(), Interlocked.Increment(ref _owed) <= MostOwed);

        try
        {
            while (isOwed && clock.GetElapsedTime(began) < lead.Time)
            {
                await Task.Delay(OwedPause, clock).ConfigureAwait(false);
                isOwed = !await TryEndLeadAsync(name, lead).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _owed);
        }
    }

    private async Task<bool> TryEndLeadAsync(RouteCacheKey name, RouteCacheLead lead)
    {
        try
        {
            await store.EndLeadAsync(name, lead, TimeSpan.Zero, timeout).ConfigureAwait(false);
            return true;
        }
        catch (RouteCacheStoreException)
        {
            // It has been told of.
            return false;
        }
    }

    // Of the letters as they are: a key has lengths in it that are no text.
    private static string HashOf(string key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()), hash);
        return Convert.ToHexStringLower(hash);
    }

    private async ValueTask RemoveAsync(RouteCacheKey name, CancellationToken cancellationToken)
    {
        try
        {
            await store.RemoveAsync(name, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (RouteCacheStoreException exception)
        {
            trouble.Away(store.Name, exception);
        }
    }
}
