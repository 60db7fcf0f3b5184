using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;

namespace RouteMiddleware.Testing.Tests;

public sealed class MiddlewareRecordTests : IAsyncDisposable
{
    private readonly WebApplicationFactory<TestedApp> _factory = new TestedAppFactory().WithMiddlewareRecord();

    public ValueTask DisposeAsync() => _factory.DisposeAsync();

    [Fact]
    public async Task Record_OfARefusal_EndsAtTheOneThatRefused()
    {
        var client = _factory.WithTestUsers().CreateClient().AsUser("alice");

        using var first = await GetAsync(client, "/api/orders");
        using var second = await GetAsync(client, "/api/orders");
        using var refused = await GetAsync(client, "/api/orders");
        using var unknown = await GetAsync(client.AsAnonymous(), "/api/orders");

        first.Middleware().RanExactly("request_id", "timing", "auth", "rate_limit:2/1m").PassedAll();
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        refused.Middleware().Ran("request_id", "auth").StoppedAt("rate_limit");
        refused.Middleware().StoppedAt("RateLimit:2/1m");
        unknown.Middleware().Ran("request_id").StoppedAt("auth").DidNotRun("rate_limit");
        Assert.Equal(["request_id", "timing", "auth"], unknown.Middleware().Ran());
        Assert.Equal(["request_id", "timing", "auth", "rate_limit:2/1m"], refused.Middleware().Ran());
    }

    [Fact]
    public async Task Record_WhereNoRouteMatches_HasTheGlobalListAlone()
    {
        using var missing = await GetAsync(_factory.CreateClient(), "/nowhere");

        missing.Middleware().RanExactly("request_id", "timing").PassedAll();
    }

    [Fact]
    public async Task Record_OfWhatACondition_OrARouteTookOff_HasItNot()
    {
        using var conditional = await GetAsync(_factory.CreateClient(), "/untimed");
        using var open = await GetAsync(_factory.CreateClient(), "/api/open");

        conditional.Middleware().RanExactly("request_id").DidNotRun("timing");
        open.Middleware().RanExactly("request_id", "timing", "rate_limit").DidNotRun("auth");
    }

    [Fact]
    public async Task Record_OfARunOfHooks_TellsEach()
    {
        using var passed = await GetAsync(_factory.CreateClient(), "/hooks");
        using var stopped = await GetAsync(_factory.CreateClient(), "/hooks?stop");

        passed.Middleware().Ran("first_hook", "second_hook", "stamp").PassedAll();
        stopped.Middleware().Ran("first_hook").StoppedAt("second_hook").DidNotRun("stamp");
    }

    [Fact]
    public async Task Record_OfHandlerStages_HasThemBehindTheRequestStage_AndEachOnce()
    {
        using var passed = await GetAsync(_factory.CreateClient(), "/stages");
        using var stopped = await GetAsync(_factory.CreateClient(), "/stages?stop");

        passed.Middleware().RanExactly("request_id", "timing", "both_stages", "stamp", "only_filter").PassedAll();
        stopped.Middleware().StoppedAt("only_filter");
        Assert.Matches("handler stage +only_filter  ← stopped here", stopped.Middleware().ToString());
        Assert.Matches("handler stage +both_stages", passed.Middleware().ToString());
    }

    [Fact]
    public async Task Record_OfAPreflight_HasWhatAnsweredIt()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/preflighted", UriKind.Relative))
        {
            Headers = { { "Origin", "https://app.example.com" }, { "Access-Control-Request-Method", "PUT" } },
        };
        await using var withoutGlobal = _factory.ReplaceMiddleware("request_id", static (context, next) => next(context)).WithoutMiddleware("stamp");
        using var response = await withoutGlobal.CreateClient().SendAsync(request);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        response.Middleware().Ran("request_id").StoppedAt("cors").DidNotRun("stamp");
    }

    [Fact]
    public async Task Record_OfAnException_SaysWhereItCameFrom()
    {
        var client = _factory.CreateClient();
        await Assert.ThrowsAsync<InvalidOperationException>(() => GetAsync(client, "/failing"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => GetAsync(client, "/handler-fails"));

        var records = _factory.MiddlewareRecords();

        Assert.Equal(2, records.Count);
        records[0].Ran("request_id", "stamp").StoppedAt("failing");
        Assert.Matches("failing  ← InvalidOperationException came out of it: broken on purpose", records[0].ToString());
        records[1].Ran("stamp").PassedAll();
        Assert.StartsWith("GET /handler-fails:", records[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_OfWhatWasSwitchedOff_HasItNot()
    {
        using var response = await GetAsync(_factory.WithoutMiddleware("auth").CreateClient(), "/api/orders");

        response.Middleware().RanExactly("request_id", "timing", "rate_limit").DidNotRun("auth").PassedAll();
    }

    [Fact]
    public async Task Record_OverRealSockets_IsTheSame()
    {
        await using var factory = new TestedAppFactory().WithMiddlewareRecord().WithTestUsers();
        factory.UseKestrel();
        factory.StartServer();
        var client = factory.CreateClient().AsUser("alice");

        for (var i = 0; i < 2; i++)
        {
            using var passed = await GetAsync(client, "/api/orders");
            passed.Middleware().RanExactly("request_id", "timing", "auth", "rate_limit").PassedAll();
        }

        using var refused = await GetAsync(client, "/api/orders");
        using var failed = await GetAsync(client, "/failing");

        Assert.NotEqual(0, client.BaseAddress!.Port);
        refused.Middleware().Ran("request_id", "auth").StoppedAt("rate_limit");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        factory.MiddlewareRecords()[^1].StoppedAt("failing");
    }

    [Fact]
    public async Task Host_ThatDoesNotRecord_SendsNoHeader_AndSaysSo()
    {
        await using var factory = new TestedAppFactory();
        using var response = await GetAsync(factory.CreateClient(), "/stamped");

        Assert.False(response.Headers.Contains("X-Test-Middleware-Record"));
        Assert.Contains("WithMiddlewareRecord()", Assert.Throws<MiddlewareRecordException>(response.Middleware).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(factory.MiddlewareRecords);
    }

    [Fact]
    public async Task Record_OfADisposedHost_IsGone()
    {
        var factory = new TestedAppFactory().WithMiddlewareRecord();
        using var response = await GetAsync(factory.CreateClient(), "/stamped");
        response.Middleware().Ran("stamp");
        await factory.DisposeAsync();

        Assert.Contains("disposed", Assert.Throws<MiddlewareRecordException>(response.Middleware).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expectations_ThatFail_ShowTheWholeWay()
    {
        using var response = await GetAsync(_factory.CreateClient(), "/hooks?stop");
        var record = response.Middleware();

        Assert.Equal(
            """
            Expected 'stamp' to run, but it did not.
            GET /hooks:
              global list   request_id
              global list   timing
              route         first_hook
              route         second_hook  ← stopped here
              and nothing behind it ran
            """.ReplaceLineEndings(),
            MessageOf(() => record.Ran("request_id", "stamp")));
        Assert.StartsWith("Expected 'request_id' to run behind 'timing', but it ran before it only.", MessageOf(() => record.Ran("timing", "request_id")), StringComparison.Ordinal);
        Assert.StartsWith("Expected 'timing' not to run, but it did.", MessageOf(() => record.DidNotRun("stamp", "timing")), StringComparison.Ordinal);
        Assert.StartsWith("Expected the request to stop at 'first_hook'.", MessageOf(() => record.StoppedAt("first_hook")), StringComparison.Ordinal);
        Assert.StartsWith("Expected the request to pass every middleware.", MessageOf(() => record.PassedAll()), StringComparison.Ordinal);
        Assert.StartsWith("Expected exactly timing → request_id to run.", MessageOf(() => record.RanExactly("timing", "request_id")), StringComparison.Ordinal);
        Assert.StartsWith("Expected nothing to run.", MessageOf(() => record.RanExactly()), StringComparison.Ordinal);
        Assert.StartsWith("Expected 'rate_limit:9/1m' to run", MessageOf(() => record.Ran("rate_limit:9/1m")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_ThatWentThrough_StoppedNowhere()
    {
        using var response = await GetAsync(_factory.CreateClient(), "/stamped");

        Assert.StartsWith("Expected the request to stop at 'stamp'.", MessageOf(() => response.Middleware().StoppedAt("stamp")), StringComparison.Ordinal);
        Assert.Matches(new Regex("and went on behind them$", RegexOptions.None, TimeSpan.FromSeconds(1)), response.Middleware().ToString());
    }

    private static string MessageOf(Action expectation) => Assert.Throws<MiddlewareRecordException>(expectation).Message;

    private static Task<HttpResponseMessage> GetAsync(HttpClient client, string path) => client.GetAsync(new Uri(path, UriKind.Relative));
}
