using RouteMiddleware.Middleware.Cache;

namespace Microsoft.AspNetCore.Http;

/// <summary>Lets a handler say what its answer was made of.</summary>
public static class CacheHttpContextExtensions
{
    /// <summary>Adds tags by which <see cref="IRouteCache.EvictByTagAsync"/> finds the answer. Without a cache around the handler, or after the answer's end, nothing happens.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tags">Texts such as <c>product:42</c>; not empty.</param>
    public static void AddCacheTags(this HttpContext context, params ReadOnlySpan<string> tags)
    {
        ArgumentNullException.ThrowIfNull(context);

        foreach (var tag in tags)
        {
            ArgumentException.ThrowIfNullOrEmpty(tag, nameof(tags));
        }

        context.Features.Get<CacheTags>()?.Add(tags);
    }
}
