using System.Net;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheHitTests
{
    [Fact]
    public async Task Answer_AskedForAgain_IsGivenFromTheCacheWithItsAge()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Response.ContentType = "text/x-test");

        using var first = await app.SendAsync("/a");
        app.Clock.Advance(TimeSpan.FromSeconds(17.9));
        using var second = await app.SendAsync("/a");

        Assert.Equal(("MISS", "HIT"), (Assert.Single(first.Headers.GetValues("X-Cache")), Assert.Single(second.Headers.GetValues("X-Cache"))));
        Assert.Equal((null, TimeSpan.FromSeconds(17)), (first.Headers.Age, second.Headers.Age));
        Assert.Equal(("run 1", "run 1"), (await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync()));
        Assert.Equal(("text/x-test", 5L), (second.Content.Headers.ContentType?.MediaType, second.Content.Headers.ContentLength));
        Assert.Equal(1, app.Runs);
    }

    [Theory]
    [InlineData(59_999, "HIT run 1")]
    [InlineData(60_000, "MISS run 2")]
    public async Task Duration_OfTheDefault_IsOneMinute(int milliseconds, string expected)
    {
        await using var app = await CacheApp.StartAsync();
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(expected, await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Clock_SetBack_GivesNoAnswerFromTheFuture()
    {
        await using var app = await CacheApp.StartAsync();
        await app.GetAsync("/a");

        app.Clock.SetWallClock(app.Clock.GetUtcNow() - TimeSpan.FromHours(1));

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task ETag_WhereTheHandlerSetNone_IsMadeFromTheBody()
    {
        await using var app = await CacheApp.StartAsync(static (context, run) => context.Response.WriteAsync(run < 3 ? "same" : "other"));

        using var miss = await app.SendAsync("/a");
        using var hit = await app.SendAsync("/a");
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        using var again = await app.SendAsync("/a");
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        using var other = await app.SendAsync("/a");

        Assert.Matches("^\"[0-9a-f]{32}\"$", miss.Headers.ETag?.Tag);
        Assert.False(miss.Headers.ETag!.IsWeak);
        Assert.Equal(miss.Headers.ETag, hit.Headers.ETag);
        Assert.Equal(miss.Headers.ETag, again.Headers.ETag);
        Assert.NotEqual(miss.Headers.ETag, other.Headers.ETag);
    }

    [Fact]
    public async Task ETag_OfTheHandler_Stays()
    {
        await using var app = await CacheApp.StartAsync(static context => context.Response.Headers.ETag = "W/\"mine\"");

        using var miss = await app.SendAsync("/a");
        using var hit = await app.SendAsync("/a");

        Assert.Equal(("W/\"mine\"", "W/\"mine\""), (miss.Headers.ETag?.ToString(), hit.Headers.ETag?.ToString()));
    }

    [Theory]
    [InlineData("\"x\"", true)]
    [InlineData("W/\"x\"", true)]
    [InlineData("\"a\", W/\"b,c\",\"x\"", true)]
    [InlineData("*", true)]
    [InlineData("\"y\"", false)]
    [InlineData("\"xx\"", false)]
    [InlineData("garbage", false)]
    public async Task IfNoneMatch_OfTheSameTag_Is304OnMissAndHit(string value, bool isKnown)
    {
        await using var app = await CacheApp.StartAsync(static context =>
        {
            Assert.Equal(0, context.Request.Headers.IfNoneMatch.Count);
            context.Response.Headers.ETag = "\"x\"";
            context.Response.Headers["X-Own"] = "1";
            context.Response.ContentType = "text/plain";
        });

        foreach (var state in (string[])["MISS", "HIT"])
        {
            using var response = await app.SendAsync("/a", ("If-None-Match", value));

            Assert.Equal(isKnown ? HttpStatusCode.NotModified : HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(isKnown ? "" : "run 1", await response.Content.ReadAsStringAsync());
            Assert.Equal((state, "\"x\"", "1"), (Assert.Single(response.Headers.GetValues("X-Cache")), response.Headers.ETag?.Tag, Assert.Single(response.Headers.GetValues("X-Own"))));
            Assert.Equal(isKnown, response.Content.Headers.ContentType is null);
        }
    }

    [Fact]
    public async Task IfNoneMatch_OfAMadeTag_Is304OnMissAndHit()
    {
        await using var app = await CacheApp.StartAsync(static (context, _) => context.Response.WriteAsync("same"));
        using var first = await app.SendAsync("/a");
        var tag = first.Headers.ETag!.ToString();

        using var hit = await app.SendAsync("/a", ("If-None-Match", tag));
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        using var miss = await app.SendAsync("/a", ("If-None-Match", tag));

        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.NotModified), (hit.StatusCode, miss.StatusCode));
        Assert.Equal("HIT same", await app.GetAsync("/a"));
        Assert.Equal(2, app.Runs);
    }

    [Theory]
    [InlineData("Tue, 01 Jan 2030 00:00:00 GMT", true)]
    [InlineData("Tue, 01 Jan 2030 00:00:01 GMT", true)]
    [InlineData("Mon, 31 Dec 2029 23:59:59 GMT", false)]
    [InlineData("yesterday", false)]
    public async Task IfModifiedSince_NotBeforeTheChange_Is304OnMissAndHit(string value, bool isKnown)
    {
        await using var app = await CacheApp.StartAsync(static context => context.Response.Headers.LastModified = "Tue, 01 Jan 2030 00:00:00 GMT");

        foreach (var _ in (string[])["miss", "hit"])
        {
            using var response = await app.SendAsync("/a", ("If-Modified-Since", value));
            Assert.Equal(isKnown ? HttpStatusCode.NotModified : HttpStatusCode.OK, response.StatusCode);
        }

        // The tag decides where both are sent.
        using var both = await app.SendAsync("/a", ("If-Modified-Since", value), ("If-None-Match", "\"other\""));
        Assert.Equal(HttpStatusCode.OK, both.StatusCode);
    }

    [Fact]
    public async Task Head_IsServedFromTheAnswerToGet_AndKeepsNothingItself()
    {
        await using var app = await CacheApp.StartAsync();

        using var miss = await app.SendAsync(HttpMethod.Head, "/a");
        await app.GetAsync("/a");
        using var hit = await app.SendAsync(HttpMethod.Head, "/a");

        Assert.Equal(("MISS", "HIT"), (Assert.Single(miss.Headers.GetValues("X-Cache")), Assert.Single(hit.Headers.GetValues("X-Cache"))));
        Assert.Equal((5L, ""), (hit.Content.Headers.ContentLength, await hit.Content.ReadAsStringAsync()));
        Assert.Equal(2, app.Runs);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("PATCH")]
    [InlineData("QUERY")]
    public async Task Method_OtherThanGetAndHead_Passes(string method)
    {
        await using var app = await CacheApp.StartAsync();
        await app.GetAsync("/a");

        using var response = await app.SendAsync(new HttpMethod(method), "/a");

        Assert.Equal("MISS", Assert.Single(response.Headers.GetValues("X-Cache")));
        Assert.Equal("run 2", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Range", "bytes=0-1")]
    [InlineData("If-Match", "\"x\"")]
    [InlineData("If-Unmodified-Since", "Tue, 01 Jan 2030 00:00:00 GMT")]
    [InlineData("Cache-Control", "no-store")]
    [InlineData("Cache-Control", "no-cache")]
    [InlineData("Cache-Control", "max-age=9, No-Cache")]
    [InlineData("Pragma", "no-cache")]
    public async Task Request_ThatOnlyTheHandlerCanAnswer_GetsItsAnswer(string name, string value)
    {
        await using var app = await CacheApp.StartAsync();
        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a", (name, value)));

        // What was fetched anew on demand is kept; nothing else is.
        Assert.Equal(value.Contains("o-cache", StringComparison.OrdinalIgnoreCase) ? "HIT run 2" : "HIT run 1", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Get_WithABody_Passes()
    {
        await using var app = await CacheApp.StartAsync();

        foreach (var run in (int[])[1, 2])
        {
            var answer = await app.App.SendRawAsync("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
            Assert.Contains($"run {run}", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Argument_OfATime_IsTheDuration()
    {
        await using var app = await CacheApp.StartAsync(static (context, run) => context.Response.WriteAsync($"run {run}"), entries: "cache:5m");
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal("HIT run 1", await app.GetAsync("/a"));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }
}
