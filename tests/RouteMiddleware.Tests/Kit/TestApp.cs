using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Tests.Kit;

/// <summary>An application on a real Kestrel socket, on a free port of the loopback interface.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private TestApp(WebApplication app, LogSink logs)
    {
        App = app;
        Logs = logs;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
    }

    public WebApplication App { get; }

    public LogSink Logs { get; }

    public Uri Address { get; }

    /// <summary>A client that follows no redirect and keeps no cookie.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts an application; a test that expects a refused start awaits this within <see cref="Assert.ThrowsAsync{T}(Func{Task})"/>.</summary>
    /// <param name="services">Registers services, <c>AddRouteMiddleware()</c> among them.</param>
    /// <param name="app">Adds middleware and maps routes.</param>
    /// <param name="settings">Configuration values by key (<c>RouteMiddleware:Auth:Secret</c>).</param>
    /// <param name="environment">The host environment.</param>
    public static async Task<TestApp> StartAsync(
        Action<WebApplicationBuilder> services,
        Action<WebApplication> app,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        string environment = "Production")
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(app);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        var logs = new LogSink();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        services(builder);

        var application = builder.Build();

        try
        {
            app(application);
            await application.StartAsync();
            return new TestApp(application, logs);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends bytes as they are and returns what comes back until the server closes or <paramref name="until"/> is in it.</summary>
    public async Task<string> SendRawAsync(string request, string? until = null)
    {
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(Address.Host, Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(request));

        var answer = new System.Text.StringBuilder();
        var buffer = new byte[16 * 1024];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));

        while (await stream.ReadAsync(buffer, limit.Token) is var count and > 0)
        {
            answer.Append(System.Text.Encoding.Latin1.GetString(buffer, 0, count));

            if (until is not null && answer.ToString().Contains(until, StringComparison.Ordinal))
            {
                break;
            }
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
