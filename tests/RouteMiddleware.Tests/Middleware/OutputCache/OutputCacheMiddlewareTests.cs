using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Tests.Kit;
using OwnOptions = RouteMiddleware.Middleware.OutputCache.OutputCacheOptions;

namespace RouteMiddleware.Tests.Middleware.OutputCache;

public sealed class OutputCacheMiddlewareTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answer_OfAGet_IsKept(bool onRoute)
    {
        await using var app = await StartAsync("output_cache", onRoute);

        Assert.Equal(("1", "1", "2"), (await GetAsync(app, "/count"), await GetAsync(app, "/count"), await GetAsync(app, "/count?a=1")));

        using var kept = await app.Client.GetAsync(new Uri(app.Address, "/count"));
        Assert.NotNull(kept.Headers.Age);
    }

    [Theory]
    [InlineData("POST", "/count", null)]
    [InlineData("GET", "/count", "Authorization")]
    [InlineData("GET", "/cookie", null)]
    [InlineData("GET", "/status/404", null)]
    public async Task Answer_ThatIsNotForAll_IsNotKept(string method, string path, string? header)
    {
        await using var app = await StartAsync("output_cache", onRoute: true);
        List<string> answers = [];

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(app.Address, path));

            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation(header, "Bearer x");
            }

            using var response = await app.Client.SendAsync(request);
            answers.Add(await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(2, answers.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Answer_AfterItsTime_IsMadeAnew()
    {
        await using var app = await StartAsync("output_cache:1ms", onRoute: true);

        var first = await GetAsync(app, "/count");
        string next;

        do
        {
            next = await GetAsync(app, "/count");
        }
        while (next == first);

        Assert.NotEqual(first, next);
    }

    [Fact]
    public async Task Tags_OfTheOptions_AreEvictedByTheApplicationsStore()
    {
        foreach (var onRoute in (bool[])[false, true])
        {
            await using var app = await StartAsync("output_cache", onRoute, "Tags=orders");
            await GetAsync(app, "/count");

            await app.App.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("others", CancellationToken.None);
            Assert.Equal("1", await GetAsync(app, "/count"));

            await app.App.Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync("orders", CancellationToken.None);
            Assert.Equal("2", await GetAsync(app, "/count"));
        }
    }

    [Theory]
    [InlineData("", "/count?a=1", "/count?a=2", false)]
    [InlineData("VaryByQuery=b", "/count?a=1", "/count?a=2", true)]
    [InlineData("VaryByQuery=b", "/count?b=1", "/count?b=2", false)]
    [InlineData("VaryByQuery=", "/count?b=1", "/count?b=2", true)]
    public async Task Query_OfTheOptions_TellsAnswersApart(string settings, string first, string second, bool same)
    {
        await using var app = await StartAsync("output_cache", onRoute: true, settings);

        Assert.Equal(same, await GetAsync(app, first) == await GetAsync(app, second));
    }

    [Fact]
    public async Task Header_OfTheOptions_TellsAnswersApart()
    {
        await using var app = await StartAsync("output_cache", onRoute: true, "VaryByHeader=Accept-Language");

        Assert.Equal(("1", "2", "1"), (await GetAsync(app, "/count", "en"), await GetAsync(app, "/count", "de"), await GetAsync(app, "/count", "en")));
    }

    [Fact]
    public async Task Endpoint_WithAPolicyOfTheFramework_RefinesIt()
    {
        await using var app = await StartAsync("output_cache", onRoute: false);

        Assert.Equal(("1", "2"), (await GetAsync(app, "/never"), await GetAsync(app, "/never")));
    }

    [Fact]
    public async Task Store_OfTheApplication_IsUsed()
    {
        var store = new EmptyStore();
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddSingleton<IOutputCacheStore>(store);
            },
            static app => app.MapGet("/", static () => "hello").WithOutputCache(static o => o.Tags = ["a"]));

        await app.Client.GetStringAsync(app.Address);

        Assert.Equal("a", Assert.Single(store.Tags!));
    }

    [Fact]
    public async Task Start_WithFaultyOptions_IsRefusedWithEachFault()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGet("/", static () => "").WithOutputCache(static o => (o.Duration, o.Tags, o.VaryByQuery, o.VaryByHeader) = (TimeSpan.Zero, [""], [" "], [""]))));

        Assert.Contains("Duration must be more than zero, but is 00:00:00.", error.Message, StringComparison.Ordinal);
        Assert.All((string[])["Tags", "VaryByQuery", "VaryByHeader"], name => Assert.Contains($"{name} has an empty entry", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_WithASecondOneInTheChain_IsRefused()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            static app => app.MapGroup("").WithOutputCache().MapGet("/", static () => "").WithOutputCache()));

        Assert.Contains("is a second 'output_cache'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_OfTheOptions_AreTheDocumentedOnes()
    {
        var options = new OwnOptions();

        Assert.Equal(TimeSpan.FromSeconds(60), options.Duration);
        Assert.Equal(["*"], options.VaryByQuery);
        Assert.Empty(options.Tags.Concat(options.VaryByHeader));
        Assert.Null(Record.Exception(options.ThrowIfInvalid) as OptionsValidationException);
    }

    private static Task<TestApp> StartAsync(string entry, bool onRoute, string settings = "")
    {
        var values = InBoxSettings.Of("OutputCache", settings);

        if (!onRoute)
        {
            values["RouteMiddleware:Middleware:0"] = entry;
        }

        return TestApp.StartAsync(
            static builder => builder.Services.AddRouteMiddleware(),
            app =>
            {
                var count = 0;
                app.UseRouteMiddleware();

                var group = onRoute ? app.MapGroup("").WithMiddleware(entry) : app.MapGroup("");
                group.MapMethods("/count", ["GET", "POST"], () => $"{++count}");
                group.MapGet("/never", () => $"{++count}").CacheOutput(static policy => policy.NoCache());
                group.MapGet("/status/{code:int}", (int code) => Results.Text($"{++count}", statusCode: code));
                group.MapGet("/cookie", (HttpResponse response) =>
                {
                    response.Cookies.Append("a", "1");
                    return $"{++count}";
                });
            },
            values);
    }

    private static async Task<string> GetAsync(TestApp app, string path, string? language = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path));
        request.Headers.TryAddWithoutValidation("Accept-Language", language);
        using var response = await app.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private sealed class EmptyStore : IOutputCacheStore
    {
        public string[]? Tags { get; private set; }

        public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) => default;

        public ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) => default;

        public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
        {
            Tags = tags;
            return default;
        }
    }
}
