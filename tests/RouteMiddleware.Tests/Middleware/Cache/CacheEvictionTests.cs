using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Cache;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheEvictionTests
{
    [Fact]
    public async Task Tag_OfTheOptions_TakesItsAnswersOut()
    {
        await using var app = await CacheApp.StartAsync(options: static o => o.Tags = ["orders"]);
        await app.GetAsync("/a");
        await app.GetAsync("/b");

        await app.Cache.EvictByTagAsync("Orders");
        Assert.Equal("HIT run 1", await app.GetAsync("/a"));

        await app.Cache.EvictByTagAsync("orders");
        Assert.Equal("MISS run 3", await app.GetAsync("/a"));
        Assert.Equal("MISS run 4", await app.GetAsync("/b"));
        Assert.Equal("HIT run 3", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Tag_OfTheHandler_TakesItsAnswerOutOfEveryCache()
    {
        await using var app = await CacheApp.StartAsync(
            (context, run) =>
            {
                context.AddCacheTags($"order:{context.Request.Path}", "all");
                return context.Response.WriteAsync($"run {run}");
            },
            static o => o.Duration = TimeSpan.FromHours(1),
            entries: "cache:1m cache");
        await app.GetAsync("/1");
        await app.GetAsync("/2");

        await app.Cache.EvictByTagAsync("order:/1");
        Assert.Equal("MISS run 3", await app.GetAsync("/1"));
        Assert.Equal("HIT run 2", await app.GetAsync("/2"));

        // The outer one has forgotten its answer and takes the inner one's: with its tags.
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("HIT run 2", await app.GetAsync("/2"));
        await app.Cache.EvictByTagAsync("all");
        Assert.Equal("MISS run 4", await app.GetAsync("/2"));
    }

    [Fact]
    public void AddCacheTags_WithoutACache_DoesNothing()
    {
        var context = new DefaultHttpContext();

        context.AddCacheTags("x");
        Assert.ThrowsAny<ArgumentException>(() => context.AddCacheTags("x", ""));
    }

    [Theory]
    [InlineData("option")]
    [InlineData("handler")]
    [InlineData("all")]
    public async Task K13_FillThatBeganBeforeAnEviction_IsNotKept(string tag)
    {
        var arrived = new SemaphoreSlim(0);
        var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await CacheApp.StartAsync(
            async (context, run) =>
            {
                arrived.Release();
                await (run == 1 ? rest.Task : Task.CompletedTask);
                context.AddCacheTags("handler");
                await context.Response.WriteAsync($"run {run}");
            },
            static o => o.Tags = ["option"]);

        var filling = app.GetAsync("/a");
        await arrived.WaitAsync();
        await (tag == "all" ? app.Cache.EvictAllAsync() : app.Cache.EvictByTagAsync(tag));
        rest.SetResult();

        Assert.Equal("MISS run 1", await filling);
        Assert.Equal("MISS run 2", await app.GetAsync("/a"));
        Assert.Equal("HIT run 2", await app.GetAsync("/a"));
    }

    [Fact]
    public async Task EvictAll_TakesEverythingOut()
    {
        await using var app = await CacheApp.StartAsync();
        await app.GetAsync("/a");
        await app.GetAsync("/b");

        await app.Cache.EvictAllAsync();

        Assert.Equal("MISS run 3", await app.GetAsync("/a"));
        Assert.Equal("MISS run 4", await app.GetAsync("/b"));
    }

    [Theory]
    [InlineData(300, "HIT run 1")]
    [InlineData(30, "MISS run 2")]
    public async Task NewInstance_WithTheSameOptions_FindsTheAnswersInPlace(int seconds, string expected)
    {
        CacheMiddleware? instance = null;
        await using var app = await CacheApp.StartAsync(
            (context, run) => instance!.InvokeAsync(context, context => context.Response.WriteAsync($"run {run}")),
            entries: "request_id");
        instance = new(new CacheOptions { Duration = TimeSpan.FromSeconds(300) }, app.Services);
        Assert.Equal("MISS run 1", await app.GetAsync("/a"));

        // What a reload does: another instance over the same services.
        instance = new(new CacheOptions { Duration = TimeSpan.FromSeconds(seconds) }, app.Services);

        Assert.Equal(expected, await app.GetAsync("/a"));
    }

    [Fact]
    public async Task Attachments_WithOtherOptions_ShareNoAnswer()
    {
        await using var app = await CacheApp.StartAsync(
            (context, run) => context.Response.WriteAsync($"run {run}"),
            static o => o.VaryByQuery = [],
            entries: "cache:1m cache");

        // The outer one takes the whole query, the inner one nothing of it: each finds its own.
        Assert.Equal("MISS run 1", await app.GetAsync("/a?1"));
        Assert.Equal("HIT run 1", await app.GetAsync("/a?2"));
        Assert.NotEqual(new CacheOptions().Identity(), new CacheOptions { Tags = ["a", "b"] }.Identity());
        Assert.NotEqual(new CacheOptions { Tags = ["a", "b"] }.Identity(), new CacheOptions { Tags = ["a:1:b"] }.Identity());
        Assert.Equal(new CacheOptions().Identity(), new CacheOptions { FillTimeout = TimeSpan.Zero }.Identity());
    }
}
