using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using StackExchange.Redis;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>The hand-tuned stack with limit and session on Redis: a script for the one, a hash for the other.</summary>
internal static class HandTunedRedis
{
    public static void Map(WebApplication app, IDatabase database, int limit)
    {
        app.Use(HandHeaders.RequestIdAsync).Use(HandHeaders.TimingAsync).Use(HandHeaders.SecurityAsync);
        app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/" ? HandTuned.AuthorizeAsync(context, next) : next(context));
        app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/" ? LimitAsync(context, next, database, limit) : next(context));
        app.MapGet("/", async (HttpContext context) =>
        {
            var entries = await database.HashGetAllAsync("session:" + context.Request.Cookies["hand"]);
            var visits = Array.Find(entries, static entry => entry.Name == "visits").Value;
            return new Answer("hello", (int)visits);
        });

        app.MapGet("/hand-cookie", async () =>
        {
            var id = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
            await database.HashSetAsync("session:" + id, [new("visits", 1)]);
            return id;
        });
    }

    private static async Task LimitAsync(HttpContext context, RequestDelegate next, IDatabase database, int limit)
    {
        if (!await RedisByHand.TryAcquireAsync(database, context.Connection.RemoteIpAddress!.ToString(), limit))
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        context.Response.Headers["X-RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        await next(context);
    }
}
