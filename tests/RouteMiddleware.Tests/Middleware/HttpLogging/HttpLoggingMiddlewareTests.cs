using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpLogging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Tests.Kit;
using OwnOptions = RouteMiddleware.Middleware.HttpLogging.HttpLoggingOptions;

namespace RouteMiddleware.Tests.Middleware.HttpLogging;

public sealed class HttpLoggingMiddlewareTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_AndItsAnswer_AreLogged(bool onRoute)
    {
        await using var app = await StartAsync(onRoute);

        var lines = await GetAsync(app, "/hello");

        Assert.Equal(2, lines.Length);
        Assert.Contains("Path: /hello", lines[0], StringComparison.Ordinal);
        Assert.Contains("X-Own: [Redacted]", lines[0], StringComparison.Ordinal);
        Assert.Contains("StatusCode: 200", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_BeyondEveryRoute_IsLoggedInTheGlobalListOnly()
    {
        await using var global = await StartAsync(onRoute: false);
        await using var route = await StartAsync(onRoute: true);

        Assert.Contains("StatusCode: 404", (await GetAsync(global, "/nowhere"))[1], StringComparison.Ordinal);
        Assert.Empty(await GetAsync(route, "/nowhere"));
    }

    [Fact]
    public async Task Fields_OfTheOptions_AloneAreLogged()
    {
        await using var app = await StartAsync(
            onRoute: true,
            "LoggingFields:0=RequestMethod, LoggingFields:1=request_headers, LoggingFields:2=RequestBody, LoggingFields:3=ResponseBody, LoggingFields:4=Duration, RequestHeaders=X-Own, CombineLogs=true, RequestBodyLogLimit=3, ResponseBodyLogLimit=2");
        using var content = new StringContent("tea please");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, "/hello")) { Content = content, Headers = { { "X-Own", "mine" } } };

        using var response = await app.Client.SendAsync(request);

        Assert.Equal("hello tea please", await response.Content.ReadAsStringAsync());
        var line = Assert.Single(LinesOf(app));
        Assert.DoesNotContain("Path:", line, StringComparison.Ordinal);
        Assert.Contains("X-Own: mine", line, StringComparison.Ordinal);
        Assert.Contains("RequestBody: tea", line, StringComparison.Ordinal);
        Assert.DoesNotContain("RequestBody: tea ", line, StringComparison.Ordinal);
        Assert.Contains("ResponseBody: he", line, StringComparison.Ordinal);
        Assert.DoesNotContain("ResponseBody: hel", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duration_OfTheLogs_FollowsTheApplicationsClock()
    {
        var clock = new ManualClock();
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Services.AddRouteMiddleware();
            },
            app => app.MapGet("/", () =>
            {
                clock.Advance(TimeSpan.FromSeconds(5));
                return "";
            }).WithHttpLogging(static o => o.LoggingFields = [HttpLoggingFields.Duration]));

        await app.Client.GetStringAsync(app.Address);

        Assert.Contains(LinesOf(app), static line => line.Contains("Duration: 5000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MediaType_OfTheOptions_IsLoggedAsText()
    {
        await using var app = await StartAsync(onRoute: true, "LoggingFields=RequestBody, MediaTypes=application/x-own");
        using var content = new StringContent("tea", System.Text.Encoding.UTF8, "application/x-own");

        using var response = await app.Client.PostAsync(new Uri(app.Address, "/hello"), content);

        Assert.Contains(LinesOf(app), static line => line.Contains("RequestBody: tea", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Path_WithControlCharacters_IsLoggedEscaped()
    {
        await using var app = await StartAsync(onRoute: false);

        await app.SendRawAsync("GET /a%0aforged%1b[31m HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");

        Assert.Contains("Path: /a\\u000aforged\\u001b[31m", LinesOf(app)[0], StringComparison.Ordinal);
        Assert.DoesNotContain(LinesOf(app), static line => line.Contains('\u001b'));
    }

    [Fact]
    public async Task Interceptor_OfTheApplication_IsAsked()
    {
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddHttpLoggingInterceptor<Stamp>();
            },
            static app => app.MapGet("/", static () => "").WithHttpLogging());

        await app.Client.GetStringAsync(app.Address);

        Assert.Contains("Stamp: here", LinesOf(app)[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doors_OfFrameworkAndLibrary_StandBesideEachOther()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithHttpLogging(static o => o.CombineLogs = true).WithHttpLogging(HttpLoggingFields.RequestMethod));

        await app.Client.GetStringAsync(app.Address);

        // The framework's door says what is logged of this endpoint.
        Assert.DoesNotContain("StatusCode", Assert.Single(LinesOf(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(onRoute: true, "LoggingFields=None, RequestBodyLogLimit=-1, ResponseBodyLogLimit=-2, MediaTypes=nonsense"));

        Assert.Contains("LoggingFields must name at least one part, but names none.", error.Message, StringComparison.Ordinal);
        Assert.Contains("RequestBodyLogLimit must be 0 or more bytes, but is -1.", error.Message, StringComparison.Ordinal);
        Assert.Contains("ResponseBodyLogLimit must be 0 or more bytes, but is -2.", error.Message, StringComparison.Ordinal);
        Assert.Contains("MediaTypes names 'nonsense', which is no media type.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new OwnOptions();

        Assert.Equal([HttpLoggingFields.RequestPropertiesAndHeaders, HttpLoggingFields.ResponsePropertiesAndHeaders], options.LoggingFields);
        Assert.Equal((32768, 32768, false), (options.RequestBodyLogLimit, options.ResponseBodyLogLimit, options.CombineLogs));
        Assert.Null(Record.Exception(options.ThrowIfInvalid) as OptionsValidationException);
    }

    private static Task<TestApp> StartAsync(bool onRoute, string settings = "")
    {
        var values = InBoxSettings.Of("HttpLogging", settings);

        if (!onRoute)
        {
            values["RouteMiddleware:Middleware:0"] = "http_logging";
        }

        return TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                app.UseRouteMiddleware();
                var group = onRoute ? app.MapGroup("").WithMiddleware("http_logging") : app.MapGroup("");
                group.MapMethods("/hello", ["GET", "POST"], static async (Microsoft.AspNetCore.Http.HttpRequest request) =>
                {
                    using var reader = new StreamReader(request.Body);
                    return $"hello {await reader.ReadToEndAsync()}";
                });
            },
            values);
    }

    private static async Task<string[]> GetAsync(TestApp app, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path)) { Headers = { { "X-Own", "secret" } } };
        using var response = await app.Client.SendAsync(request);
        return LinesOf(app);
    }

    private static string[] LinesOf(TestApp app)
        => [.. app.Logs.Records.Where(static record => record.Category == "Microsoft.AspNetCore.HttpLogging.HttpLoggingMiddleware").Select(static record => record.Message)];

    private sealed class Stamp : IHttpLoggingInterceptor
    {
        public ValueTask OnRequestAsync(HttpLoggingInterceptorContext logContext)
        {
            logContext.AddParameter("Stamp", "here");
            return ValueTask.CompletedTask;
        }

        public ValueTask OnResponseAsync(HttpLoggingInterceptorContext logContext) => ValueTask.CompletedTask;
    }
}
