using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>The permits that one request took of a limit in a store.</summary>
internal sealed class SharedPermit(SharedLimit limit, string partition, RateLimitAnswer answer)
{
    /// <summary>Gives them back. Where the store is away they stay taken until their window is over, or their instance is found dead.</summary>
    public async ValueTask GiveBackAsync(HttpContext context)
    {
        try
        {
            var left = await limit.Store.Store.ReturnAsync(partition, limit.Policy, answer, limit.Timeout).ConfigureAwait(false);
            limit.Limit.Tell(context, limit.Read(left, limit.Limit.Clock.GetTimestamp()));
        }
        catch (RateLimitStoreException exception)
        {
            limit.Store.NoteFailure(exception);
        }
    }
}
