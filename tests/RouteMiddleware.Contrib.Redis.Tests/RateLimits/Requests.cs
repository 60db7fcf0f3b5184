using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>What the tests of the limits do again and again.</summary>
internal static class Requests
{
    public static async Task<HttpResponseMessage> SendAsync(this TestApp app, string path = "/", string? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));

        if (address is not null)
        {
            request.Headers.Add(Instances.AddressHeader, address);
        }

        return await app.Client.SendAsync(request);
    }

    public static async Task<HttpStatusCode> StatusAsync(this TestApp app, string path = "/", string? address = null)
    {
        using var response = await app.SendAsync(path, address);
        return response.StatusCode;
    }

    /// <summary>A header's only value, or <see langword="null"/>.</summary>
    public static string? Header(this HttpResponseMessage response, string name)
        => response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    public static IRateLimitStore Store(this TestApp app) => app.App.Services.GetServices<IRateLimitStore>().Single();

    /// <summary>The keys of the limits.</summary>
    public static async Task<string[]> LimitKeysAsync(this RedisServer server)
        => (await server.CommandAsync("KEYS", "rm:rl:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>How many scripts of limits the server ran since it was last told to forget: each asks for the time, unlike those that run twice a second for what instances share.</summary>
    public static async Task<int> ScriptCallsAsync(this RedisServer server)
        => (await server.CommandAsync("INFO", "commandstats")).Split('\n')
            .Where(static line => line.StartsWith("cmdstat_time:", StringComparison.Ordinal))
            .Sum(static line => int.Parse(line.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture));
}
