using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>ASP.NET Core's own limiter and session, with the least that brings them to Redis: a limiter and a cache of a few lines each.</summary>
internal static class InBoxRedis
{
    public static void AddServices(IServiceCollection services, IDatabase database, int limit)
    {
        InBoxParts.AddAuthentication(services);
        services.AddRateLimiter(options => options.AddPolicy("api", context => RateLimitPartition.Get(
            context.Connection.RemoteIpAddress!.ToString(),
            address => new Limiter(database, address, limit))));
        services.AddSingleton<IDistributedCache>(new Cache(database));
        services.AddSession(static options => options.Cookie.Name = "hand");
    }

    public static void Map(WebApplication app)
    {
        app.Use(HandHeaders.RequestIdAsync).Use(HandHeaders.TimingAsync).Use(HandHeaders.SecurityAsync);
        app.UseAuthentication().UseAuthorization().UseRateLimiter().UseSession();
        app.MapGet("/", async (HttpContext context) =>
        {
            await context.Session.LoadAsync();
            return new Answer("hello", context.Session.GetInt32("visits") ?? 0);
        }).RequireAuthorization().RequireRateLimiting("api");
        app.MapGet("/hand-cookie", static (HttpContext context) => context.Session.SetInt32("visits", 1));
    }

    /// <summary>One caller's permits: the same script as the hand-tuned code's.</summary>
    private sealed class Limiter(IDatabase database, string address, int limit) : RateLimiter
    {
        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        // Says no at once, so that the middleware asks the other way.
        protected override RateLimitLease AttemptAcquireCore(int permitCount) => Lease.No;

        protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
            => await RedisByHand.TryAcquireAsync(database, address, limit) ? Lease.Yes : Lease.No;
    }

    private sealed class Lease(bool isAcquired) : RateLimitLease
    {
        public static Lease Yes { get; } = new(true);

        public static Lease No { get; } = new(false);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }

    private sealed class Cache(IDatabase database) : IDistributedCache
    {
        private static readonly TimeSpan Idle = TimeSpan.FromMinutes(20);

        public byte[]? Get(string key) => database.StringGet(key);

        public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) => await database.StringGetAsync(key);

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => database.StringSet(key, value, Idle);

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => database.StringSetAsync(key, value, Idle);

        public void Refresh(string key) => database.KeyExpire(key, Idle);

        public Task RefreshAsync(string key, CancellationToken token = default) => database.KeyExpireAsync(key, Idle);

        public void Remove(string key) => database.KeyDelete(key);

        public Task RemoveAsync(string key, CancellationToken token = default) => database.KeyDeleteAsync(key);
    }
}
