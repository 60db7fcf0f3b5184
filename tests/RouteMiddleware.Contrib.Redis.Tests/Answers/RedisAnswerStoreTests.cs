using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Cache;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Redis.Tests.Answers;

/// <summary>The store by itself: what the scripts do.</summary>
public sealed class RedisAnswerStoreTests : IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private RedisServer _redis = null!;
    private TestApp _app = null!;
    private IRouteCacheStore _store = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _app = await TestApp.StartAsync(builder => builder.Services.AddRouteMiddleware().AddRedis(_redis.Configuration), static _ => { });
        _store = Assert.Single(_app.App.Services.GetServices<IRouteCacheStore>());
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                await GetAsync("none");
                return true;
            }
            catch (RouteCacheStoreException)
            {
                return false;
            }
        });
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public void Name_IsRedis() => Assert.Equal(("redis", null), (_store.Name, _store.Fault));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(256)]
    public async Task Value_ThatIsKept_ComesBackAsItWas(int tags)
    {
        var value = new byte[1000];
        new Random(1).NextBytes(value);
        var begun = (await GetAsync("a")).Generation;

        Assert.True(await SetAsync("a", begun, value, Enumerable.Range(0, tags).Select(static i => $"tag {i}").ToArray()));

        Assert.Equal(value, (await GetAsync("a")).Value.ToArray());
    }

    [Fact]
    public async Task Value_WithTooManyTagsOrBytes_IsNotKept()
    {
        var begun = (await GetAsync("a")).Generation;

        Assert.False(await SetAsync("a", begun, [1], Enumerable.Range(0, 257).Select(static i => $"tag {i}").ToArray()));
        Assert.False(await SetAsync("a", begun, new byte[(1024 * 1024) + 1]));
        Assert.True(await SetAsync("a", begun, new byte[1024 * 1024]));
    }

    [Fact]
    public async Task K13_EvictedTag_VoidsWhatBeganBeforeAndNothingElse()
    {
        var before = (await GetAsync("a")).Generation;
        Assert.True(await SetAsync("a", before, [1], "x"));
        Assert.True(await SetAsync("b", (await GetAsync("b")).Generation, [2], "y"));

        await _store.EvictByTagAsync("x", Timeout, CancellationToken.None);

        var look = await GetAsync("a");
        Assert.True(look.Value.IsEmpty);
        Assert.False((await GetAsync("b")).Value.IsEmpty);
        Assert.Equal("", await _redis.CommandAsync("KEYS", $"*{NameOf("a")}"));
        Assert.False(await SetAsync("a", before, [1], "y", "x"));
        Assert.True(await SetAsync("a", look.Generation, [1], "y", "x"));
    }

    [Fact]
    public async Task K13_EvictAll_VoidsWhatBeganBefore()
    {
        var before = (await GetAsync("a")).Generation;
        await SetAsync("a", before, [1]);
        await _store.EvictByTagAsync("x", Timeout, CancellationToken.None);

        await _store.EvictAllAsync(Timeout, CancellationToken.None);

        var look = await GetAsync("a");
        Assert.True(look.Value.IsEmpty);
        Assert.False(await SetAsync("a", before, [1]));
        Assert.True(await SetAsync("a", look.Generation, [1], "x"));
        Assert.False((await GetAsync("a")).Value.IsEmpty);
    }

    /// <summary>Redis may drop the table of evictions when its memory is full: then nobody knows what was evicted.</summary>
    [Fact]
    public async Task K13_LostTableOfEvictions_VoidsEverythingBefore()
    {
        var before = (await GetAsync("a")).Generation;
        await SetAsync("a", before, [1], "x");
        await _store.EvictByTagAsync("x", Timeout, CancellationToken.None);

        await _redis.CommandAsync("DEL", $"rm:cache:{{{TagOf("a")}}}:evicted");

        Assert.False(await SetAsync("a", before, [1], "x"));
        var look = await GetAsync("a");
        Assert.True(look.Value.IsEmpty);
        Assert.True(look.Generation > before);
        Assert.True(await SetAsync("a", look.Generation, [1], "x"));
    }

    [Fact]
    public async Task Flush_LosesEverythingAndGoesOn()
    {
        var before = (await GetAsync("a")).Generation;
        await SetAsync("a", before, [1]);

        await _redis.CommandAsync("FLUSHALL");

        Assert.False(await SetAsync("a", before, [1]));
        Assert.True(await SetAsync("a", (await GetAsync("a")).Generation, [1]));
    }

    [Fact]
    public async Task SlowMaker_PutsNothingOldOverSomethingNew()
    {
        var old = (await GetAsync("a")).Generation;
        await _store.EvictByTagAsync("x", Timeout, CancellationToken.None);
        Assert.True(await SetAsync("a", (await GetAsync("a")).Generation, [2]));

        Assert.False(await SetAsync("a", old, [1]));
        Assert.Equal([2], (await GetAsync("a")).Value.ToArray());

        var entry = new RouteCacheEntry { Key = KeyOf("a"), Value = new byte[] { 3 }, Tags = [], Generation = old, Lifetime = Timeout, ReplacesNewer = true };
        Assert.True(await _store.SetAsync(entry, Timeout, CancellationToken.None));
        Assert.Equal([3], (await GetAsync("a")).Value.ToArray());
    }

    [Theory]
    [InlineData("LPUSH", "1")]
    [InlineData("SET", "")]
    [InlineData("SET", "A")]
    [InlineData("SET", "garbage that is longer than any head of ours")]
    [InlineData("SET", "A99999999999999990000")]
    [InlineData("SET", "Anan             9999")]
    [InlineData("SET", "Ainf             0256")]
    public async Task K4_SomethingElseAtOurKey_IsAMissAndReplaced(string command, string value)
    {
        var begun = (await GetAsync("a")).Generation;
        await SetAsync("a", begun, [1]);
        var key = await _redis.CommandAsync("KEYS", $"*{NameOf("a")}");
        await _redis.CommandAsync("DEL", key);
        await _redis.CommandAsync(command, key, value);

        var look = await GetAsync("a");

        Assert.True(look.Value.IsEmpty);
        Assert.Equal(command == "LPUSH", look.IsForeign);
        Assert.True(await SetAsync("a", look.Generation, [1]));
        Assert.Equal([1], (await GetAsync("a")).Value.ToArray());
    }

    [Theory]
    [InlineData("SET K x")]
    [InlineData("LPUSH K x")]
    [InlineData("HSET K n abc a abc")]
    [InlineData("HSET K n 1e300")]
    [InlineData("HSET K a nan")]
    [InlineData("HSET K n -1")]
    [InlineData("HSET K n 99999999999999999999999")]
    public async Task K4_TableThatIsBroken_VoidsEverythingBefore(string command)
    {
        var before = (await GetAsync("a")).Generation;
        await SetAsync("a", before, [1], "x");
        var table = $"rm:cache:{{{TagOf("a")}}}:evicted";

        if (!command.StartsWith("HSET", StringComparison.Ordinal))
        {
            await _redis.CommandAsync("DEL", table);
        }

        await _redis.CommandAsync(command.Replace("K", table, StringComparison.Ordinal).Split(' '));

        var look = await GetAsync("a");
        Assert.True(look.Value.IsEmpty);
        Assert.True(look.Generation > before);
        Assert.False(await SetAsync("a", before, [1], "x"));
        Assert.True(await SetAsync("a", look.Generation, [2], "x"));
        Assert.Equal([2], (await GetAsync("a")).Value.ToArray());
        await _store.EvictByTagAsync("x", Timeout, CancellationToken.None);
        Assert.True((await GetAsync("a")).Value.IsEmpty);
    }

    [Fact]
    public async Task K4_LeadThatIsBroken_IsNoError()
    {
        var lead = new RouteCacheLead("one", TimeSpan.FromSeconds(20));
        await GetAsync("a", lead);
        var key = await _redis.CommandAsync("KEYS", "*:lead");
        await _redis.CommandAsync("DEL", key);
        await _redis.CommandAsync("LPUSH", key, "1");

        await _store.EndLeadAsync(KeyOf("a"), lead, TimeSpan.Zero, Timeout);
        Assert.Equal(RouteCacheRole.Leads, (await GetAsync("a", lead)).Role);
    }

    [Fact]
    public async Task Lead_IsOnesUntilItIsGivenBackOrOver()
    {
        var one = new RouteCacheLead("one", TimeSpan.FromSeconds(20));
        var other = new RouteCacheLead("other", TimeSpan.FromSeconds(20));

        Assert.Equal(RouteCacheRole.None, (await GetAsync("a")).Role);
        Assert.Equal(RouteCacheRole.Leads, (await GetAsync("a", one)).Role);
        Assert.Equal(RouteCacheRole.Leads, (await GetAsync("a", one)).Role);
        Assert.Equal(RouteCacheRole.Follows, (await GetAsync("a", other)).Role);

        // Not his to give.
        await _store.EndLeadAsync(KeyOf("a"), other, TimeSpan.Zero, Timeout);
        Assert.Equal(RouteCacheRole.Follows, (await GetAsync("a", other)).Role);

        await _store.EndLeadAsync(KeyOf("a"), one, TimeSpan.FromSeconds(20), Timeout);
        Assert.Equal(RouteCacheRole.Passes, (await GetAsync("a", other)).Role);
        Assert.Equal(RouteCacheRole.Leads, (await GetAsync("b", other)).Role);
        await _store.EndLeadAsync(KeyOf("b"), other, TimeSpan.Zero, Timeout);
        Assert.Equal(RouteCacheRole.Leads, (await GetAsync("b", one with { Time = TimeSpan.FromMilliseconds(1) })).Role);
        await Eventually.HoldsAsync(async () => (await GetAsync("b", other)).Role == RouteCacheRole.Leads);
    }

    [Fact]
    public async Task Evictions_OfManyTags_TakeABoundedPlace()
    {
        foreach (var tags in Enumerable.Range(0, 2_000).Chunk(20))
        {
            await Task.WhenAll(tags.Select(i => _store.EvictByTagAsync($"tag {i}", Timeout, CancellationToken.None).AsTask()));
        }

        Assert.Equal(16, (await _redis.CommandAsync("KEYS", "*")).Split('\n').Length);
        Assert.InRange(int.Parse(await _redis.CommandAsync("HLEN", $"rm:cache:{{{TagOf("a")}}}:evicted"), System.Globalization.CultureInfo.InvariantCulture), 1_500, 2_002);
        await _store.EvictAllAsync(Timeout, CancellationToken.None);
        Assert.Equal("2", await _redis.CommandAsync("HLEN", $"rm:cache:{{{TagOf("a")}}}:evicted"));
    }

    private static string NameOf(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    private static RouteCacheKey KeyOf(string text) => new(NameOf(text), NameOf(text));

    // The first byte of the hash of "a" is 0xca.
    private static string TagOf(string text) => NameOf(text)[1] == 'a' ? "uv" : throw new InvalidOperationException("Another shard.");

    private ValueTask<RouteCacheLook> GetAsync(string text, RouteCacheLead? lead = null) => _store.GetAsync(KeyOf(text), lead, Timeout, CancellationToken.None);

    private ValueTask<bool> SetAsync(string text, long begun, byte[] value, params string[] tags)
        => _store.SetAsync(new() { Key = KeyOf(text), Value = value, Tags = tags, Generation = begun, Lifetime = TimeSpan.FromMinutes(1) }, Timeout, CancellationToken.None);
}
