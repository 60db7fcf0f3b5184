using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Puts an answer where the next request looks for it: under its key, or among those that <c>Vary</c> chooses from.</summary>
internal static class AnswerKeeper
{
    private const int MaxVaryNames = 16;

    /// <summary>Reads <c>Vary</c>.</summary>
    /// <returns>The names in lower case, in order, each once; <see langword="null"/> where no cache can follow it.</returns>
    public static string[]? ReadVary(in StringValues header)
    {
        if (header.Count == 0)
        {
            return [];
        }

        var names = header.SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        string[] sorted = [.. names.Select(static name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return sorted.Length > MaxVaryNames || sorted.Contains("*", StringComparer.Ordinal) ? null : sorted;
    }

    /// <summary>Keeps an answer; where its store does not answer, hands it to those who wait for it.</summary>
    public static async ValueTask<KeptAs> KeepAsync(CacheMiddleware cache, CachePlace place, string[] vary, IHeaderDictionary asked, StoredAnswer answer, long begun, Fill? fill)
    {
        try
        {
            if (begun >= 0)
            {
                return await KeepAsync(cache.Store, place.Primary, vary, asked, answer, begun).ConfigureAwait(false) ? KeptAs.Kept : KeptAs.Refused;
            }
        }
        catch (RouteCacheStoreException)
        {
            // The store has told why.
        }

        if (fill is not null && (vary.Length == 0 ? place.Primary : CachePass.VariantOf(place.Primary, vary, asked)) is { } key)
        {
            cache.Services.Fills.Hand(fill, new(answer, vary, key));
        }

        return KeptAs.Unknown;
    }

    private static async ValueTask<bool> KeepAsync(ICacheStore store, string primary, string[] vary, IHeaderDictionary asked, StoredAnswer answer, long begun)
    {
        var find = await store.GetAsync(primary, lead: null, CancellationToken.None).ConfigureAwait(false);
        var mark = find.Begun >= 0 ? find.Item as VaryMark : throw new RouteCacheStoreException("The store did not tell what is there.");

        // Names are only ever added while the mark lives: an answer that forgets its Vary is not given to everybody.
        string[] names = mark is null ? vary : [.. mark.Names.Union(vary, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        if (names.Length == 0)
        {
            return await store.SetAsync(primary, answer, begun, CancellationToken.None).ConfigureAwait(false);
        }

        if (names.Length > MaxVaryNames || CachePass.VariantOf(primary, names, asked) is not { } key)
        {
            return false;
        }

        if (mark is null || mark.Names.Length != names.Length || mark.KeptUntil < answer.KeptUntil)
        {
            var next = new VaryMark { Names = names, KeptUntil = Math.Max(answer.KeptUntil, mark?.KeptUntil ?? 0) };
            await store.SetAsync(primary, next, find.Begun, CancellationToken.None).ConfigureAwait(false);
        }

        return await store.SetAsync(new(primary, key), answer, begun, CancellationToken.None).ConfigureAwait(false);
    }
}
