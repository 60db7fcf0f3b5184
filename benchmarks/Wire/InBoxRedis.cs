using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>ASP.NET Core's own parts with limit and session on Redis: a limiter of its kind that runs the script, and its session over a distributed cache.</summary>
internal static class InBoxRedis
{
    public static void AddServices(IServiceCollection services, IDatabase database, int limit)
    {
        InBoxParts.AddServices(services, limit);
        services.AddSingleton<IDistributedCache>(new RedisDistributedCache(database));
        services.AddSession(static options => options.Cookie.Name = "inbox");
        services.AddRateLimiter(options => options.AddPolicy("redis", context => RateLimitPartition.Get(
            context.Connection.RemoteIpAddress!.ToString(),
            address => new ScriptLimiter(database, address, limit))));
    }

    public static void Map(WebApplication app)
    {
        app.Use(HandHeaders.RequestIdAsync).Use(HandHeaders.TimingAsync).Use(HandHeaders.SecurityAsync);
        app.UseAuthentication().UseAuthorization().UseRateLimiter().UseSession();
        app.MapGet("/", (HttpContext context) => new Answer("hello", context.Session.GetInt32("visits") ?? 0)).RequireAuthorization().RequireRateLimiting("redis");
        app.MapGet("/hand-cookie", (HttpContext context) =>
        {
            context.Session.SetInt32("visits", 1);
            return "";
        });
    }

    private sealed class ScriptLimiter(IDatabase database, string address, int limit) : RateLimiter
    {
        public override TimeSpan? IdleDuration => null;

        public override RateLimiterStatistics? GetStatistics() => null;

        protected override RateLimitLease AttemptAcquireCore(int permitCount) => Lease.Refused;

        protected override async ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
            => await RedisByHand.TryAcquireAsync(database, address, limit) ? Lease.Admitted : Lease.Refused;
    }

    private sealed class Lease(bool isAcquired) : RateLimitLease
    {
        public static Lease Admitted { get; } = new(isAcquired: true);

        public static Lease Refused { get; } = new(isAcquired: false);

        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
