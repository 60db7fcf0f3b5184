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

    public static async ValueTask<bool> KeepAsync(ICacheStore store, string primary, string[] vary, IHeaderDictionary asked, StoredAnswer answer, long begun)
    {
        var mark = await store.GetAsync(primary, CancellationToken.None).ConfigureAwait(false) as VaryMark;

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
            await store.SetAsync(primary, next, store.Begin(), CancellationToken.None).ConfigureAwait(false);
        }

        return await store.SetAsync(key, answer, begun, CancellationToken.None).ConfigureAwait(false);
    }
}
