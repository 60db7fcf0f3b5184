using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Contrib.Redis.Tests.Architecture;

/// <summary>An application with <c>AddRedis()</c>, in a process of its own, that tells whether the client of Redis was loaded into it.</summary>
internal static class Subject
{
    /// <summary>The first argument of the process that is to be such an application.</summary>
    public const string Word = "application";

    public static async Task<int> RunAsync(string configuration)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([new("RouteMiddleware:Redis:Configuration", configuration)]);
        builder.Services.AddRouteMiddleware().AddRedis();
        await using var app = builder.Build();
        app.UseRouteMiddleware();
        app.MapGet("/", static () => "ok").WithMiddleware("rate_limit:100/1m", "cache:30s");
        await app.StartAsync();

        using var client = new HttpClient();
        await client.GetStringAsync(new Uri(app.Urls.First()));
        await app.StopAsync();

        Console.WriteLine($"loaded: {AppDomain.CurrentDomain.GetAssemblies().Any(static assembly => assembly.GetName().Name is "StackExchange.Redis")}");
        return 0;
    }
}
