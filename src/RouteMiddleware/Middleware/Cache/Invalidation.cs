using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Takes out what a request that changes something makes void: the answers of its own address, and of those that its answer names (RFC 9111, section 4.4).</summary>
internal sealed class Invalidation(HttpContext context, ICacheStore store, CacheTrouble trouble)
{
    private static readonly Func<object, Task> Run = static state => ((Invalidation)state).RunAsync();

    public static bool IsUnsafe(string method)
        => !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && !HttpMethods.IsTrace(method)
            && !method.Equals("QUERY", StringComparison.OrdinalIgnoreCase);

    public static void Begin(HttpContext context, ICacheStore store, CacheTrouble trouble)
        => context.Response.OnStarting(Run, new Invalidation(context, store, trouble));

    private async Task RunAsync()
    {
        // An error changed nothing.
        if (context.Response.StatusCode is < 200 or >= 400)
        {
            return;
        }

        try
        {
            await store.EvictByTagAsync(CacheKeyRule.AddressTag(context.Request), CancellationToken.None).ConfigureAwait(false);
            await EvictAsync(context.Response.Headers.Location).ConfigureAwait(false);
            await EvictAsync(context.Response.Headers.ContentLocation).ConfigureAwait(false);
        }
        catch (RouteCacheStoreException exception)
        {
            // What was to be changed is changed: the answer that says so goes out.
            trouble.NotInvalidated(exception);
        }
    }

    private async ValueTask EvictAsync(string? reference)
    {
        var request = context.Request;

        if (string.IsNullOrEmpty(reference)
            || !Uri.TryCreate($"{request.Scheme}://{request.Host.Value}{request.PathBase.ToUriComponent()}{request.Path.ToUriComponent()}", UriKind.Absolute, out var own)
            || !Uri.TryCreate(own, reference, out var target)
            || !string.Equals(own.Scheme, target.Scheme, StringComparison.Ordinal)
            || !string.Equals(own.Authority, target.Authority, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var path = PathString.FromUriComponent(target).Value ?? "";
        await store.EvictByTagAsync(CacheKeyRule.AddressTag(request.Scheme, request.Host.Value, path, target.Query), CancellationToken.None).ConfigureAwait(false);
    }
}
