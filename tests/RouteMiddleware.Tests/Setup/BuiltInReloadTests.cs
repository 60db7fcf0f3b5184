using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Setup;

/// <summary>Settings that are edited while requests flow: limits, origins, maintenance, allowed hosts.</summary>
public sealed class BuiltInReloadTests
{
    private const int Reloads = 200;

    [Fact]
    public async Task Settings_EditedTwoHundredTimesUnderLoad_FailNoRequest()
    {
        await using var app = await StartAsync(static _ => { }, Settings(0));
        using var stop = new CancellationTokenSource();

        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var count = 0;

            while (!stop.IsCancellationRequested)
            {
                using var response = await SendAsync(app.Client, "/api/orders");
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                Assert.Equal("orders", await response.Content.ReadAsStringAsync(CancellationToken.None));

                // Of one edit both, never of two.
                var limit = response.Headers.GetValues("X-RateLimit-Limit").Single();
                Assert.Equal(limit, response.Headers.GetValues("Access-Control-Expose-Headers").Single().Split('-')[^1]);
                count++;
            }

            return count;
        })).ToArray();

        for (var edit = 1; edit <= Reloads; edit++)
        {
            foreach (var (key, value) in Settings(edit))
            {
                app.App.Configuration[key] = value;
            }

            ((IConfigurationRoot)app.App.Configuration).Reload();
            using var response = await SendAsync(app.Client, "/api/orders");
            Assert.Equal($"{1_000_000 + edit}", response.Headers.GetValues("X-RateLimit-Limit").Single());
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(clients), static count => Assert.NotEqual(0, count));
        Assert.DoesNotContain(app.Logs.Records, static record => record.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task AppSettings_ThatIsEdited_ChangesLimitsOriginsHostsAndMaintenance()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        await WriteAsync("https://old.example.com", "127.0.0.1", limit: 1000, isClosed: false);

        try
        {
            await using var app = await StartAsync(builder => builder.Configuration.AddJsonFile(file, optional: false, reloadOnChange: true), []);
            Assert.Equal("200 https://old.example.com 1000", await AnswerAsync(app, "https://old.example.com"));

            await WriteAsync("https://new.example.com", "127.0.0.1", limit: 2000, isClosed: false);
            await UntilAsync(app, "https://new.example.com", "200 https://new.example.com 2000");

            await WriteAsync("not an origin", "127.0.0.1", limit: 0, isClosed: false);
            await UntilLoggedAsync(app, "AllowOrigins");
            Assert.Contains(app.Logs.Records, static record => record.Level == LogLevel.Error && record.Message.Contains("PermitLimit", StringComparison.Ordinal));
            Assert.Equal("200 https://new.example.com 2000", await AnswerAsync(app, "https://new.example.com"));

            await WriteAsync("https://new.example.com", "127.0.0.1", limit: 2000, isClosed: true);
            await UntilAsync(app, "https://new.example.com", "503 https://new.example.com ");

            await WriteAsync("https://new.example.com", "other.example.com", limit: 2000, isClosed: true);
            await UntilAsync(app, "https://new.example.com", "400  ");
        }
        finally
        {
            File.Delete(file);
        }

        Task WriteAsync(string origin, string host, int limit, bool isClosed) => File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            RouteMiddleware = new
            {
                TrustedHost = new { AllowedHosts = new[] { host } },
                Cors = new { AllowOrigins = new[] { origin } },
                Maintenance = new { Enabled = isClosed },
                RateLimit = new { PermitLimit = limit },
            },
        }));
    }

    private static Task<TestApp> StartAsync(Action<WebApplicationBuilder> services, IEnumerable<KeyValuePair<string, string?>> settings) => TestApp.StartAsync(
        builder =>
        {
            builder.Services.AddRouteMiddleware().Use("trusted_host", "cors", "maintenance");
            services(builder);
        },
        static app =>
        {
            app.UseRouteMiddleware();
            app.MapGroup("/api").WithMiddleware("rate_limit").MapGet("/orders", static () => "orders");
        },
        settings);

    private static Dictionary<string, string?> Settings(int edit) => new()
    {
        ["RouteMiddleware:TrustedHost:AllowedHosts:0"] = "127.0.0.1",
        ["RouteMiddleware:TrustedHost:AllowedHosts:1"] = $"host-{edit}.example.com",
        ["RouteMiddleware:Cors:AllowOrigins:0"] = "https://app.example.com",
        ["RouteMiddleware:Cors:ExposeHeaders:0"] = $"X-Edit-{(1_000_000 + edit).ToString(CultureInfo.InvariantCulture)}",
        ["RouteMiddleware:Maintenance:Message"] = $"edit {edit}",
        ["RouteMiddleware:RateLimit:PermitLimit"] = (1_000_000 + edit).ToString(CultureInfo.InvariantCulture),
    };

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string origin = "https://app.example.com")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Origin", origin } } };
        return await client.SendAsync(request, CancellationToken.None);
    }

    private static async Task<string> AnswerAsync(TestApp app, string origin)
    {
        using var response = await SendAsync(app.Client, "/api/orders", origin);
        return $"{(int)response.StatusCode} {Value("Access-Control-Allow-Origin")} {Value("X-RateLimit-Limit")}";

        string Value(string header) => response.Headers.TryGetValues(header, out var values) ? string.Join(' ', values) : "";
    }

    private static async Task UntilAsync(TestApp app, string origin, string expected)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        while (await AnswerAsync(app, origin) != expected)
        {
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task UntilLoggedAsync(TestApp app, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        while (!app.Logs.Records.Any(record => record.Level == LogLevel.Error && record.Message.Contains(text, StringComparison.Ordinal)))
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
