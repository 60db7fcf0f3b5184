using System.Net;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Middleware.Cache;

/// <summary>What RFC 9111 and RFC 9213 ask of a shared cache; the clock stands at noon of the first day of 2030.</summary>
public sealed class Rfc9111Tests
{
    [Theory]
    [InlineData(200, "Cache-Control: max-age=60", 59, true)]
    [InlineData(200, "Cache-Control: max-age=60", 60, false)]
    [InlineData(200, "Cache-Control: max-age=5, s-maxage=60", 59, true)]
    [InlineData(200, "Cache-Control: max-age=60, s-maxage=5", 5, false)]
    [InlineData(200, "Cache-Control: max-age=60|Expires: Tue, 01 Jan 2030 12:00:05 GMT", 59, true)]
    [InlineData(200, "Expires: Tue, 01 Jan 2030 12:01:00 GMT", 59, true)]
    [InlineData(200, "Expires: Tue, 01 Jan 2030 12:01:00 GMT", 60, false)]
    [InlineData(200, "Expires: Tuesday, 01-Jan-30 12:01:00 GMT", 59, true)]
    [InlineData(200, "Expires: Tue Jan  1 12:01:00 2030", 59, true)]
    [InlineData(200, "Expires: Tue, 01  Jan 2030 12:01:00 GMT", 1, false)]
    [InlineData(200, "Expires: 0", 0, false)]
    [InlineData(200, "Cache-Control: max-age=60|Age: 50", 9, true)]
    [InlineData(200, "Cache-Control: max-age=60|Age: 50", 10, false)]
    [InlineData(200, "Cache-Control: max-age=60|Age: 70", 0, false)]
    [InlineData(200, "Cache-Control: max-age=60|Date: Tue, 01 Jan 2030 11:59:10 GMT", 10, false)]
    [InlineData(200, "Cache-Control: no-store, max-age=60", 0, false)]
    [InlineData(200, "Cache-Control: private, max-age=60", 0, false)]
    [InlineData(200, "Cache-Control: no-cache, max-age=60", 0, false)]
    [InlineData(200, "Cache-Control: must-understand, no-store, max-age=60", 59, true)]
    [InlineData(599, "Cache-Control: must-understand, max-age=60", 0, false)]
    [InlineData(200, "", 0, false)]
    [InlineData(200, "Last-Modified: Tue, 01 Jan 2030 11:50:00 GMT", 59, true)]
    [InlineData(200, "Last-Modified: Tue, 01 Jan 2030 11:50:00 GMT", 60, false)]
    [InlineData(200, "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT", 86_399, true)]
    [InlineData(200, "Last-Modified: Sat, 01 Jan 2000 00:00:00 GMT", 86_400, false)]
    [InlineData(404, "Last-Modified: Tue, 01 Jan 2030 11:50:00 GMT", 59, true)]
    [InlineData(400, "Last-Modified: Tue, 01 Jan 2030 11:50:00 GMT", 0, false)]
    [InlineData(400, "Last-Modified: Tue, 01 Jan 2030 11:50:00 GMT|Cache-Control: public", 59, true)]
    [InlineData(404, "Cache-Control: max-age=60", 59, true)]
    [InlineData(500, "Cache-Control: max-age=60", 59, true)]
    [InlineData(302, "Cache-Control: max-age=60", 59, true)]
    [InlineData(206, "Cache-Control: max-age=60", 0, false)]
    [InlineData(200, "Cache-Control: max-age=60|Set-Cookie: a=b", 0, false)]
    [InlineData(200, "Cache-Control: max-age=60|Vary: *", 0, false)]
    [InlineData(200, "CDN-Cache-Control: max-age=60|Cache-Control: no-store", 59, true)]
    [InlineData(200, "CDN-Cache-Control: no-store|Cache-Control: max-age=60", 0, false)]
    [InlineData(200, "CDN-Cache-Control: max-age=\"60\"|Cache-Control: max-age=5", 5, false)]
    [InlineData(200, "CDN-Cache-Control: Max-Age=60|Cache-Control: max-age=5", 5, false)]
    public async Task K9_Answer_IsGivenAgainAsLongAsItSays(int status, string headers, int seconds, bool isHit)
    {
        await using var app = await StartAsync((context, run) =>
        {
            context.Response.StatusCode = status;
            SetHeaders(context, headers);
            return context.Response.WriteAsync($"run {run}");
        });
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.EndsWith(isHit ? "HIT run 1" : "MISS run 2", await app.GetAsync("/a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max-age=60", "no-store", 0, false)]
    [InlineData("max-age=60", "no-cache", 0, false)]
    [InlineData("max-age=60", "max-age=10", 10, true)]
    [InlineData("max-age=60", "max-age=10", 11, false)]
    [InlineData("max-age=60", "min-fresh=30", 30, true)]
    [InlineData("max-age=60", "min-fresh=30", 31, false)]
    [InlineData("max-age=60", "max-stale=10", 70, true)]
    [InlineData("max-age=60", "max-stale=10", 71, false)]
    [InlineData("max-age=60", "max-stale", 3_000, true)]
    [InlineData("max-age=60, must-revalidate", "max-stale", 61, false)]
    [InlineData("max-age=60, proxy-revalidate", "max-stale", 61, false)]
    [InlineData("s-maxage=60", "max-stale", 61, false)]
    public async Task K9_Request_SaysHowOldItsAnswerMayBe(string answer, string request, int seconds, bool isHit)
    {
        await using var app = await StartAsync(Headers($"Cache-Control: {answer}"));
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isHit ? "HIT run 1" : "MISS run 2", await app.GetAsync("/a", ("Cache-Control", request)));
    }

    [Fact]
    public async Task K9_OnlyIfCached_WithoutAnAnswer_Is504()
    {
        await using var app = await StartAsync(Headers("Cache-Control: max-age=60"));

        Assert.Equal("504 MISS", await app.GetAsync("/a", ("Cache-Control", "only-if-cached")));
        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        Assert.Equal("HIT run 1", await app.GetAsync("/a", ("Cache-Control", "only-if-cached")));
    }

    [Theory]
    [InlineData("max-age=60", false)]
    [InlineData("max-age=60, public", true)]
    [InlineData("max-age=60, must-revalidate", true)]
    [InlineData("s-maxage=60", true)]
    public async Task K9_AnswerToCredentials_IsSharedOnlyWhereItSaysSo(string cacheControl, bool isHit)
    {
        await using var app = await StartAsync(Headers($"Cache-Control: {cacheControl}"));

        Assert.Equal("MISS run 1", await app.GetAsync("/a", ("Authorization", "Bearer x")));
        Assert.Equal(isHit ? "HIT run 1" : "MISS run 2", await app.GetAsync("/a"));
        Assert.Equal(isHit ? "HIT run 1" : "MISS run 3", await app.GetAsync("/a", ("Authorization", "Bearer y")));
    }

    [Theory]
    [InlineData("ETag", "\"v\"", "If-None-Match")]
    [InlineData("Last-Modified", "Mon, 31 Dec 2029 00:00:00 GMT", "If-Modified-Since")]
    public async Task K9_AnswerThatIsOver_IsConfirmedByTheHandler(string validator, string value, string condition)
    {
        var asked = new List<string>();
        await using var app = await StartAsync((context, run) =>
        {
            asked.Add(context.Request.Headers[condition].ToString());
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers[validator] = value;
            context.Response.Headers["X-Run"] = $"{run}";

            if (context.Request.Headers[condition] == value)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "text/x-test";
            context.Response.Headers["X-First"] = "yes";
            return context.Response.WriteAsync($"run {run}");
        });

        Assert.Equal("MISS run 1", await app.GetAsync("/a"));
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        using var confirmed = await app.SendAsync("/a");
        using var again = await app.SendAsync("/a");
        using var known = await app.SendAsync("/a", (condition, value));

        Assert.Equal(["", value], asked);
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);

        foreach (var response in new[] { confirmed, again })
        {
            Assert.Equal((HttpStatusCode.OK, "run 1"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
            Assert.Equal(("HIT", "2", "yes"), (Header(response, "X-Cache"), Header(response, "X-Run"), Header(response, "X-First")));
            Assert.Equal("text/x-test", response.Content.Headers.ContentType?.ToString());
        }
    }

    [Fact]
    public async Task K9_AnswerThatIsNotConfirmed_IsReplaced()
    {
        await using var app = await StartAsync((context, run) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ETag = $"\"{run}\"";
            return context.Response.WriteAsync($"run {run}");
        });
        await app.GetAsync("/a");
        app.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
        Assert.Equal("HIT run 2", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData("POST", "", 200, true)]
    [InlineData("PUT", "", 204, true)]
    [InlineData("DELETE", "", 303, true)]
    [InlineData("M-SEARCH", "", 200, true)]
    [InlineData("POST", "", 500, false)]
    [InlineData("POST", "", 400, false)]
    [InlineData("OPTIONS", "", 200, false)]
    [InlineData("POST", "Location: /a", 201, true, "/other")]
    [InlineData("POST", "Content-Location: a", 200, true, "/other")]
    [InlineData("POST", "Location: http://elsewhere.example/a", 201, false, "/other")]
    public async Task K9_UnsafeMethod_TakesOutWhatItMakesVoid(string method, string headers, int status, bool isOut, string path = "/a")
    {
        await using var app = await StartAsync((context, run) =>
        {
            if (context.Request.Method == method)
            {
                context.Response.StatusCode = status;
                SetHeaders(context, headers);
                return Task.CompletedTask;
            }

            context.Response.Headers.CacheControl = "max-age=60";
            return context.Response.WriteAsync($"run {run}");
        });
        await app.GetAsync("/a");

        using var response = await app.SendAsync(new HttpMethod(method), path);

        Assert.Equal(isOut ? "MISS run 3" : "HIT run 1", await app.GetAsync("/a"));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(301)]
    [InlineData(404)]
    public async Task K9_AnswerWithoutABody_IsGivenAgain(int status)
    {
        await using var app = await StartAsync((context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.CacheControl = "max-age=60";
            return Task.CompletedTask;
        });
        await app.GetAsync("/a");

        // An error without a body is left to the status pages in front.
        Assert.Equal($"{status} {(status < 400 ? "HIT" : "MISS")}", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task K9_AgeAndDate_GoOnFromTheAnswers()
    {
        await using var app = await StartAsync(Headers("Cache-Control: max-age=600|Age: 30|Date: Tue, 01 Jan 2030 11:59:00 GMT"));
        await app.GetAsync("/a");

        app.Clock.Advance(TimeSpan.FromSeconds(5));
        using var hit = await app.SendAsync("/a");

        // The older of the two counts.
        Assert.Equal(TimeSpan.FromSeconds(65), hit.Headers.Age);
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 11, 59, 0, TimeSpan.Zero), hit.Headers.Date);
        Assert.Null(hit.Headers.ETag);
    }

    [Fact]
    public async Task Mode_ByArgument_IsRfc9111()
    {
        await using var app = await CacheApp.StartAsync((context, run) => context.Response.WriteAsync($"run {run}"), entries: "cache:rfc9111");

        await app.GetAsync("/a");

        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
    }

    private static Task<CacheApp> StartAsync(Func<HttpContext, int, Task> handler) => CacheApp.StartAsync(handler, static o => o.Mode = RouteMiddleware.Middleware.Cache.CacheMode.Rfc9111);

    private static Func<HttpContext, int, Task> Headers(string headers) => (context, run) =>
    {
        SetHeaders(context, headers);
        return context.Response.WriteAsync($"run {run}");
    };

    private static void SetHeaders(HttpContext context, string headers)
    {
        foreach (var header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = header.Split(": ", 2);
            context.Response.Headers.Append(parts[0], parts[1]);
        }
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
