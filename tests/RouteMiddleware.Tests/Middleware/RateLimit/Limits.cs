using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RouteMiddleware.Middleware.RateLimit;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>Makes what the tests of the limits need.</summary>
internal static class Limits
{
    /// <summary>The header by which a caller says from which address it comes; the applications of these tests believe it.</summary>
    public const string AddressHeader = "X-Test-Address";

    public static RateLimitMiddleware Create(ManualClock clock, Action<RateLimitOptions>? configure = null)
    {
        var options = new RateLimitOptions();
        configure?.Invoke(options);
        return Create(options, clock, NullLogger<RateLimitMiddleware>.Instance);
    }

    public static RateLimitMiddleware Create(RateLimitOptions options, ManualClock clock, ILogger<RateLimitMiddleware> logger, IMeterFactory? meters = null)
        => new(options, clock, logger, new RateLimitReports(), new RateLimitMetrics(meters));

    public static DefaultHttpContext From(string? address, string? method = null)
    {
        var context = new DefaultHttpContext { RequestServices = NoServices.Instance };
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        context.Request.Method = method ?? "GET";
        return context;
    }

    /// <summary>Sends a request through and tells the answer's status.</summary>
    public static async Task<int> PassAsync(this RateLimitMiddleware limit, HttpContext context)
    {
        await limit.InvokeAsync(context, static _ => Task.CompletedTask);
        return context.Response.StatusCode;
    }

    public static Task<int> PassAsync(this RateLimitMiddleware limit, string? address) => limit.PassAsync(From(address));

    /// <summary>Starts an application on real sockets whose time stands still.</summary>
    public static Task<TestApp> StartAsync(
        ManualClock clock,
        Action<WebApplication> app,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<IServiceCollection>? services = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                services?.Invoke(builder.Services);

                // Under its name whether or not the table of built-in middleware holds it.
                RateLimitRegistration.Add(builder.Services.AddRouteMiddleware().Remove("rate_limit"));
            },
            application =>
            {
                application.Use((context, next) =>
                {
                    if (context.Request.Headers[AddressHeader] is [{ } address])
                    {
                        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
                    }

                    return next(context);
                });
                app(application);
            },
            settings);

    public static async Task<HttpResponseMessage> SendAsync(this TestApp app, string path, string? address = null, string method = "GET")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));

        if (address is not null)
        {
            request.Headers.Add(AddressHeader, address);
        }

        return await app.Client.SendAsync(request);
    }

    public static async Task<HttpStatusCode> StatusAsync(this TestApp app, string path, string? address = null, string method = "GET")
    {
        using var response = await app.SendAsync(path, address, method);
        return response.StatusCode;
    }

    /// <summary>A header's only value, or <see langword="null"/>.</summary>
    public static string? Header(this HttpResponseMessage response, string name)
        => response.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;

    /// <summary>A response that runs its callbacks when the test says so, as a server does when the headers go out.</summary>
    internal sealed class StartingResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();
        private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

        public void Start() => Run(_starting);

        public void Complete() => Run(_completed);

        private static void Run(Stack<(Func<object, Task> Callback, object State)> callbacks)
        {
            while (callbacks.TryPop(out var entry))
            {
                Assert.True(entry.Callback(entry.State).IsCompletedSuccessfully);
            }
        }
    }

    private static class NoServices
    {
        public static readonly ServiceProvider Instance = new ServiceCollection().AddLogging().AddProblemDetails().BuildServiceProvider();
    }
}
