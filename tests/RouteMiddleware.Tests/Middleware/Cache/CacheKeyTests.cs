using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheKeyTests
{
    private static readonly CacheKeyRule Rule = new(new CacheOptions());

    [Theory]
    [InlineData("/a?a=1&a=2", "/a?a=2")]
    [InlineData("/a?a=1%26b%3D2", "/a?a=1&b=2")]
    [InlineData("/a?a=1&b=2", "/a?b=2&a=1")]
    [InlineData("/a?a=1", "/a")]
    [InlineData("/a?", "/a?a")]
    [InlineData("/a", "/A")]
    [InlineData("/a/b", "/a%2Fb")]
    [InlineData("/a", "/a/")]
    [InlineData("/a?x=%1e", "/a?x=")]
    [InlineData("/a%1eb", "/a/b")]
    public async Task K4_AddressesThatDiffer_ShareNoAnswer(string first, string second)
    {
        await using var app = await CacheApp.StartAsync();

        Assert.Equal("MISS run 1", await app.GetAsync(first));
        Assert.Equal("MISS run 2", await app.GetAsync(second));
        Assert.Equal("HIT run 1", await app.GetAsync(first));
        Assert.Equal("HIT run 2", await app.GetAsync(second));
    }

    [Theory]
    [InlineData("a.example", "b.example")]
    [InlineData("a.example", "a.example:1337")]
    [InlineData("a.example", "a.example.")]
    public async Task K4_HostsThatDiffer_ShareNoAnswer(string first, string second)
    {
        await using var app = await CacheApp.StartAsync();

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("Host", first)));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("Host", second)));
        Assert.Equal("HIT run 1", await app.GetAsync("/a", ("Host", first)));
    }

    [Fact]
    public async Task K4_SchemesThatDiffer_ShareNoAnswer()
    {
        await using var app = await CacheApp.StartAsync(front: static web => web.Use(static (context, next) =>
        {
            context.Request.Scheme = context.Request.Headers.ContainsKey("X-Tls") ? "https" : "http";
            return next(context);
        }));

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("X-Tls", "1")));
        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
    }

    [Fact]
    public void K4_RandomRequests_HaveTheSameKeyOnlyIfTheyAreTheSame()
    {
        // Few letters, among them those that other caches join by: what can be confused is.
        string[] texts = ["", "a", "b", "c", "d", "\u001e", "\u001f", "\u0001", "=", "&", ":", "a\u001eb", "o", "f", "v", "t", "\u0000", "1", "\ud800"];
        var random = new Random(20300101);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var rule = new CacheKeyRule(new CacheOptions { VaryByHeader = ["X-A", "X-B"], VaryByUser = true });

        for (var i = 0; i < 200_000; i++)
        {
            var context = new DefaultHttpContext();
            var request = context.Request;
            (request.Scheme, request.Host, request.PathBase, request.Path) = (Text(), new HostString($"h{random.Next(3)}"), new PathString("/" + Text()), new PathString("/" + Text() + Text()));
            request.QueryString = new QueryString("?" + Text() + Text());

            foreach (var name in (string[])["X-A", "X-B", "Origin", "X-Forwarded-Host"])
            {
                request.Headers[name] = random.Next(3) switch { 0 => default, 1 => Text(), _ => new[] { Text(), Text() } };
            }

            var canonical = Describe(request);
            var key = KeyOf(rule, context)!;

            if (!seen.TryAdd(key, canonical))
            {
                Assert.Equal(canonical, seen[key]);
            }
        }

        string Text() => texts[random.Next(texts.Length)];
    }

    [Fact]
    public async Task K4_RequestWithoutAKey_IsNeitherKeptNorWaitedFor()
    {
        var arrived = new CountdownEvent(3);
        var rest = new TaskCompletionSource();
        await using var app = await CacheApp.StartAsync(
            async (context, run) =>
            {
                arrived.Signal();
                await rest.Task;
                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.VaryByHeader = ["X-Long"]);
        (string, string) header = ("X-Long", new string('x', 9000));

        var requests = Enumerable.Range(0, 3).Select(_ => app.GetAsync("/a", header)).ToArray();
        Assert.True(await Task.Run(() => arrived.Wait(TimeSpan.FromSeconds(20))));
        rest.SetResult();

        Assert.All(await Task.WhenAll(requests), static answer => Assert.StartsWith("MISS", answer, StringComparison.Ordinal));
        Assert.Equal((3, 0), (app.Runs, app.Services.Fills.Count));
    }

    [Theory]
    [InlineData(8000, true)]
    [InlineData(8200, false)]
    public void Key_OfATooLongAddress_IsNone(int length, bool hasKey)
    {
        var context = new DefaultHttpContext();
        (context.Request.Scheme, context.Request.Host, context.Request.Path) = ("http", new HostString("h"), new PathString("/" + new string('x', length)));

        Assert.Equal(hasKey, KeyOf(Rule, context) is not null);
    }

    [Fact]
    public async Task VaryByQuery_WithNames_TakesThoseAlone()
    {
        await using var app = await CacheApp.StartAsync(options: static o => o.VaryByQuery = ["page", "sort"]);

        Assert.Equal("MISS run 1", await app.GetAsync("/a?page=1&utm=x"));
        Assert.Equal("HIT run 1", await app.GetAsync("/a?utm=y&page=1"));
        Assert.Equal("MISS run 2", await app.GetAsync("/a?page=1&page=2"));
        Assert.Equal("MISS run 3", await app.GetAsync("/a?page=1%262"));
        Assert.Equal("MISS run 4", await app.GetAsync("/a?sort=1"));
        Assert.Equal("MISS run 5", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task VaryByQuery_Empty_TakesNone()
    {
        await using var app = await CacheApp.StartAsync(options: static o => o.VaryByQuery = []);

        Assert.Equal("MISS run 1", await app.GetAsync("/a?x=1"));
        Assert.Equal("HIT run 1", await app.GetAsync("/a?x=2"));
    }

    [Fact]
    public async Task VaryByHeader_OfTheOptions_ChoosesTheAnswer()
    {
        await using var app = await CacheApp.StartAsync(options: static o => o.VaryByHeader = ["X-A", "Accept-Language"]);

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        Assert.Equal("MISS run 2", await app.GetAsync("/a", ("X-A", "1")));
        Assert.Equal("MISS run 3", await app.GetAsync("/a", ("Accept-Language", "1")));
        Assert.Equal("HIT run 2", await app.GetAsync("/a", ("x-a", "1"), ("X-Other", "2")));
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Scheme")]
    [InlineData("X-Forwarded-Port")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X-Forwarded-Path")]
    [InlineData("X-Forwarded-Server")]
    [InlineData("X-Forwarded-SSL")]
    [InlineData("X-Host")]
    [InlineData("X-Original-Host")]
    [InlineData("X-Original-URL")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("X-HTTP-Method")]
    [InlineData("X-Method-Override")]
    [InlineData("X-HTTP-Host-Override")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Client-IP")]
    [InlineData("X-Cluster-Client-IP")]
    [InlineData("X-Originating-IP")]
    [InlineData("X-Remote-Addr")]
    [InlineData("X-Custom-IP-Authorization")]
    [InlineData("True-Client-IP")]
    [InlineData("CF-Connecting-IP")]
    [InlineData("Front-End-Https")]
    [InlineData("X-WAP-Profile")]
    [InlineData("Origin")]
    public async Task K1_MarkerInAHeaderThatNoKeyHolds_NeverReachesAVictim(string header)
    {
        await using var app = await CacheApp.StartAsync((context, _) => context.Response.WriteAsync($"<script src='{context.Request.Headers[header]}'>"));

        Assert.Contains("evil", await app.GetAsync("/a", (header, "evil.example")), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", await app.GetAsync("/a"), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", await app.GetAsync("/a", (header, "good.example")), StringComparison.Ordinal);
    }

    internal static string? KeyOf(CacheKeyRule rule, HttpContext context, int depth = 0)
    {
        var writer = new KeyWriter(stackalloc char[16]);

        try
        {
            return rule.Write(ref writer, context, depth, RequestFacts.Read(context.Request.Headers)) ? writer.Key.ToString() : null;
        }
        finally
        {
            writer.Dispose();
        }
    }

    private static string Describe(HttpRequest request)
    {
        var text = new StringBuilder();

        foreach (var part in (string?[])[request.Scheme, request.Host.Value, request.PathBase.Value, request.Path.Value, request.QueryString.Value])
        {
            text.Append(Convert.ToHexString(Encoding.Unicode.GetBytes(part ?? ""))).Append('/');
        }

        foreach (var name in (string[])["X-A", "X-B", "Origin", "X-Forwarded-Host"])
        {
            text.Append('|').AppendJoin(',', request.Headers[name].Select(static value => Convert.ToHexString(Encoding.Unicode.GetBytes(value ?? "")) + "."));
        }

        return text.ToString();
    }
}
