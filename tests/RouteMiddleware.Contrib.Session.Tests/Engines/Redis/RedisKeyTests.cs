using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS S3, S14 and S19: what stands in Redis, and what a request asks of it.</summary>
public sealed partial class RedisKeyTests
{
    [Fact]
    public async Task S19_KeysAndValues_HoldNoIdThatABrowserCouldSend()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server, prefix: "app:");
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");
        await browser.DoAsync("/set/cart/book");
        var cookie = browser.Cookie!.Split('=')[1];

        var keys = (await server.CommandAsync("KEYS", "*")).Trim().Split('\n').Order(StringComparer.Ordinal).ToArray();
        var all = string.Join('\n', keys) + await server.CommandAsync("HGETALL", keys.Single(static key => key.StartsWith("app:session:", StringComparison.Ordinal)));

        Assert.Equal(43, cookie.Length);
        Assert.All(keys, static key => Assert.Matches("^app:(session|session-users):sessionid:\\{[A-Za-z0-9_-]{43}\\}$", key));
        Assert.Equal(2, keys.Length);
        Assert.Contains("cart\n\"book\"", all, StringComparison.Ordinal);
        Assert.DoesNotContain(cookie[..22], all, StringComparison.Ordinal);
        Assert.DoesNotContain(cookie[22..], all, StringComparison.Ordinal);
        Assert.DoesNotContain(await browser.ReadAsync("/id"), all, StringComparison.Ordinal);

        // What stands in a key opens nothing.
        foreach (var name in keys.Select(static key => key.Split('{')[1].TrimEnd('}')))
        {
            Assert.Equal("(none)", await new Browser(app, $"sessionid={name}").ReadAsync("/get/cart"));
        }
    }

    [Fact]
    public async Task S19_HostileCookies_ReadNoKeyThatTheyName()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server, prefix: "");
        await server.CommandAsync("HSET", "victim", "#i", "x", "#e", "9999999999999", "a", "\"stolen\"");
        await server.CommandAsync("HSET", "session:sessionid:{victim}", "#i", "x", "#e", "9999999999999", "a", "\"stolen\"");
        await new Browser(app).ReadAsync("/get/a");
        await server.CommandAsync("CONFIG", "RESETSTAT");

        foreach (var value in new[] { "victim", "{victim}", "session:sessionid:{victim}", "*", "../victim", "victim%00", "\"victim\"", new string('A', 22), new string('A', 42), new string('A', 44), new string('A', 4000) })
        {
            Assert.Equal("(none)", await new Browser(app, $"sessionid={value}").ReadAsync("/get/a"));
        }

        Assert.Equal(0, await AskedAsync(server));

        // One that has the form of an id leads to one lookup, of a hash.
        Assert.Equal("(none)", await new Browser(app, $"sessionid={new string('A', 43)}").ReadAsync("/get/a"));
        Assert.Equal(1, await AskedAsync(server));
        Assert.Equal("0", (await server.CommandAsync("EXISTS", $"session:sessionid:{{{new string('A', 43)}}}")).Trim());
    }

    [Theory]
    [InlineData(EnginesAttribute.Redis, 0)]
    [InlineData(EnginesAttribute.RedisTurns, 1)]
    public async Task Requests_CostOneCallToLoadAndOneToSave_AndNoneUntouched(string engine, int turns)
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(engine, static group => group.MapPost("/much", static (RouteSession session) =>
        {
            for (var i = 0; i < 20; i++)
            {
                session.Set($"k{i}", i);
            }

            session.RotateId();
        }), redis: server);
        using var asked = new Calls(app);
        var (browser, expected) = (new Browser(app), 1);
        await browser.DoAsync("/set/a/1");

        // The end of a turn and the entry of a login that is over are calls that nobody waits for.
        foreach (var (path, calls) in new[] { ("/untouched", 0), ("/get/a", 1), ("/keys", 1), ("/much", 2), ("/set/a/2", 2), ("/add/n", 2), ("/login/ada", 3), ("/set/b/1", 2), ("/logout", 3) })
        {
            using var response = await browser.SendAsync(path is "/untouched" or "/get/a" or "/keys" ? HttpMethod.Get : HttpMethod.Post, path);
            expected += calls == 0 ? 0 : calls + turns;
            await Eventually.HoldsAsync(() => asked.Count >= expected);
            Assert.Equal(expected, asked.Count);
        }

        Assert.Equal("", (await server.CommandAsync("KEYS", "*session:*")).Trim());
    }

    [Fact]
    public async Task S14_ReadsByStrangers_StoreNothing()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server);

        for (var i = 0; i < 20; i++)
        {
            await new Browser(app).ReadAsync("/get/a");
        }

        Assert.Equal("0", (await server.CommandAsync("DBSIZE")).Trim());
    }

    [Fact]
    public async Task S3_SessionsOfOtherNamesAndPrefixes_AreStrangers()
    {
        var prefix = SharedRedis.NewPrefix();
        await using var one = await SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix);
        await using var same = await SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix);
        await using var otherName = await SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix, settings: new() { ["CookieName"] = "sessionid2" });
        await using var otherPrefix = await SessionApp.StartAsync(EnginesAttribute.Redis);
        var browser = new Browser(one);
        await browser.DoAsync("/set/a/mine");

        Assert.Equal("mine", await new Browser(same, browser.Cookie).ReadAsync("/get/a"));
        Assert.Equal("(none)", await new Browser(otherName, browser.Cookie!.Replace("sessionid", "sessionid2", StringComparison.Ordinal)).ReadAsync("/get/a"));
        Assert.Equal("(none)", await new Browser(otherPrefix, browser.Cookie).ReadAsync("/get/a"));
    }

    [Fact]
    public async Task Expiry_IsTheServers_AndKeysGoByThemselves()
    {
        await using var server = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, redis: server, settings: new() { ["IdleTimeout"] = "00:10:00", ["AbsoluteTimeout"] = "00:30:00" });
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");

        foreach (var key in (await server.CommandAsync("KEYS", "*")).Trim().Split('\n'))
        {
            var left = long.Parse(await server.CommandAsync("PTTL", key), CultureInfo.InvariantCulture);
            Assert.InRange(left, 500_000, key.Contains("users", StringComparison.Ordinal) ? 1_260_000 : 600_000);
        }
    }

    [Fact]
    public async Task WrongTypeAtASessionsKey_MakesThatOneAStranger_AndNoOther()
    {
        var server = await SharedRedis.GetAsync();
        var prefix = SharedRedis.NewPrefix();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix);
        var (broken, whole) = (new Browser(app), new Browser(app));
        await broken.DoAsync("/set/a/1");
        var key = (await server.CommandAsync("KEYS", $"{prefix}*")).Trim();
        await whole.DoAsync("/set/a/2");
        await server.CommandAsync("DEL", key);
        await server.CommandAsync("LPUSH", key, "x");

        using var response = await broken.GetAsync("/get/a");

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("(none)", await response.Content.ReadAsStringAsync());
        Assert.Equal("2", await whole.ReadAsync("/get/a"));
        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "Damaged");
        await broken.DoAsync("/set/a/3");
        Assert.Equal("3", await broken.ReadAsync("/get/a"));
    }

    [Theory]
    [InlineData("#v", "x")]
    [InlineData("#a", "")]
    [InlineData("#e", "1e3")]
    [InlineData("#l", "-1")]
    [InlineData("#l", "9223372036854775807")]
    public async Task NumberOfOurs_ThatIsNone_MakesTheSessionAStranger(string field, string value)
    {
        var server = await SharedRedis.GetAsync();
        var prefix = SharedRedis.NewPrefix();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix);
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");
        await server.CommandAsync("HSET", (await server.CommandAsync("KEYS", $"{prefix}*")).Trim(), field, value);

        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "Damaged");
    }

    [Fact]
    public async Task Names_ThatLookLikeOurs_AreTheApplications()
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, static group => group.MapPost("/odd", static (RouteSession session) =>
        {
            foreach (var name in Odd)
            {
                session.Set(name, name);
            }
        }));
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");

        await browser.DoAsync("/odd");

        Assert.Equal(string.Join(' ', Odd.Order(StringComparer.Ordinal)), await browser.ReadAsync("/keys"));
        Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
        await browser.DoAsync("/remove/%23u");
        Assert.Equal("profile of ada", await browser.ReadAsync("/profile"));
        Assert.DoesNotContain("#u", (await browser.ReadAsync("/keys")).Split(' '));
    }

    [Theory]
    [InlineData(1024, 900, true)]
    [InlineData(1024, 1021, true)]
    [InlineData(1024, 1022, false)]
    public async Task S15_MoreThanTheStoreMayHold_IsATypedErrorAtTheWrite(int limit, int length, bool fits)
    {
        await using var app = await SessionApp.StartAsync(
            EnginesAttribute.Redis,
            static group => group.MapPost("/fill/{length:int}", static (int length, RouteSession session) => session.Set("b", new string('x', length))),
            settings: new() { ["MaxStoredBytes"] = $"{limit}" });
        var browser = new Browser(app);

        // The key, two quotes, and the text.
        using var response = await browser.PostAsync($"/fill/{length}");

        Assert.Equal(fits ? StatusCodes.Status200OK : StatusCodes.Status413PayloadTooLarge, (int)response.StatusCode);
        Assert.Equal(fits ? "b" : "", await browser.ReadAsync("/keys"));
    }

    private static readonly string[] Odd = ["#", "##", "#i", "#u", "##u", "#x", "a b", "ü"];

    // Whatever looks for a session asks for the fields of ours; nothing else on the connection does.
    private static async Task<long> AskedAsync(RedisServer server)
        => HashCalls().Matches(await server.CommandAsync("INFO", "commandstats")).Sum(static match => long.Parse(match.Groups["calls"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("cmdstat_hgetall:calls=(?<calls>\\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HashCalls();

    /// <summary>Counts an application's calls to Redis, of whatever kind.</summary>
    private sealed class Calls : IDisposable
    {
        private readonly MeterListener _listener = new();
        private int _count;

        public Calls(TestApp app)
        {
            var meters = app.App.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "routemiddleware.redis.calls")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, _, _) => Interlocked.Increment(ref _count));
            _listener.Start();
        }

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => _listener.Dispose();
    }
}
