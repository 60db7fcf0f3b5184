using RouteMiddleware.Contrib.Session.Engines;
using RouteMiddleware.Contrib.Session.Records;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Engines;

/// <summary>LIMITS S14: memory does not grow with what the outside sends.</summary>
public sealed class MemoryStoreTests
{
    [Fact]
    public void S14_FullStore_LosesTheOldestWithoutAUserFirst()
    {
        var store = new MemoryStore();
        store.Allow(100);
        store.Allow(10);
        var users = Enumerable.Range(0, 50).Select(i => Add(store, i, "ada")).ToArray();
        var bots = Enumerable.Range(0, 10_000).Select(i => Add(store, 1000 + i, null)).ToArray();

        Assert.InRange(store.Count, 90, 100);
        Assert.All(users, user => Assert.True(store.TryFind(user.Id, out _)));
        Assert.True(store.TryFind(bots[^1].Id, out _));
        Assert.False(store.TryFind(bots[0].Id, out _));
        Assert.Equal(EntryEnd.Gone, bots[0].End);
    }

    [Fact]
    public void S14_FullOfUsers_StillHasABound()
    {
        var store = new MemoryStore();
        store.Allow(100);
        var users = Enumerable.Range(0, 1000).Select(i => Add(store, i, "ada")).ToArray();

        Assert.InRange(store.Count, 90, 100);
        Assert.False(store.TryFind(users[0].Id, out _));
    }

    [Theory]
    [InlineData(999, 1)]
    [InlineData(1000, 0)]
    public void Sweep_TakesWhatHasExpired(long now, int left)
    {
        var store = new MemoryStore();
        store.Allow(100);
        store.Add(new(SessionId.New(), new() { CreatedAt = 0, RenewedAt = 0, ExpiresAt = 1000 }), 0);

        store.Sweep(now);

        Assert.Equal(left, store.Count);
    }

    [Theory]
    [InlineData(MemoryEntry.RotationGrace - 1, 1)]
    [InlineData(MemoryEntry.RotationGrace, 0)]
    public void Sweep_TakesRotatedIdsAfterTheirGrace(long now, int left)
    {
        var store = new MemoryStore();
        store.Allow(100);
        var entry = Add(store, 0, "ada");
        entry.Close(EntryEnd.Rotated, 0);

        store.Sweep(now);

        Assert.Equal(left, store.Count);
        Assert.Empty(entry.Record.Fields);
    }

    [Fact]
    public async Task S14_SessionsOfBots_AreSweptWithTime()
    {
        var clock = new ManualClock();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Memory, clock: clock, settings: new() { ["CookieMaxAge"] = "30" });
        var stores = (SessionStores)app.App.Services.GetService(typeof(SessionStores))!;

        for (var i = 0; i < 20; i++)
        {
            await new Browser(app).ReadAsync("/get/a");
        }

        Assert.Equal(0, stores.Memory("sessionid").Count);
        await new Browser(app).DoAsync("/set/a/1");
        Assert.Equal(1, stores.Memory("sessionid").Count);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, stores.Memory("sessionid").Count);
    }

    [Fact]
    public void S3_StoresOfTwoCookieNames_ShareNothing()
    {
        var clock = new ManualClock();
        using var stores = new SessionStores(new NoServices(), clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<RefusedCookies>.Instance);
        stores.Memory("one").Allow(100);
        var entry = Add(stores.Memory("one"), 0, "ada");

        Assert.True(stores.Memory("one").TryFind(entry.Id, out _));
        Assert.False(stores.Memory("two").TryFind(entry.Id, out _));
    }

    [Fact]
    public void S5_EndedSessions_AreABoundedList_AndLeaveItWhenTheyWouldHaveExpired()
    {
        var revoked = new RevokedSessions(capacity: 100);
        var ids = Enumerable.Range(0, 1000).Select(static _ => SessionId.New()).ToArray();

        for (var i = 0; i < ids.Length; i++)
        {
            revoked.Revoke(ids[i], until: 1000 + i, now: 0, rotated: false);
        }

        Assert.InRange(ids.Count(id => revoked.TryFind(id, out _)), 90, 100);
        Assert.True(revoked.TryFind(ids[^1], out _));
        revoked.Sweep(1998);
        Assert.True(revoked.TryFind(ids[^1], out _));
        revoked.Sweep(1999);
        Assert.False(revoked.TryFind(ids[^1], out _));
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void S6_AnEnd_IsStrongerThanARotation(bool first, bool second, bool rotation)
    {
        var revoked = new RevokedSessions();
        var id = SessionId.New();

        revoked.Revoke(id, 1000, 0, first);
        revoked.Revoke(id, 1000, 0, second);

        Assert.True(revoked.TryFind(id, out var found));
        Assert.Equal(rotation, found.IsRotation);
    }

    [Fact]
    public void RememberedCookies_FindTheVerySameTextOnly()
    {
        var remembered = new RememberedCookies();
        var id = SessionId.New();
        var text = SessionId.New().ToString() + SessionId.New() + "x";
        remembered.Remember(text, id, new() { CreatedAt = 0, RenewedAt = 0, ExpiresAt = 1 });

        Assert.True(remembered.TryFind(text, out var found, out _));
        Assert.Equal(id, found);

        for (var i = 0; i < text.Length; i++)
        {
            var other = text.ToCharArray();
            other[i] ^= (char)1;
            Assert.False(remembered.TryFind(other, out _, out _));
            Assert.False(remembered.TryFind(text.AsSpan(0, i), out _, out _));
        }

        remembered.Remember(new string('a', 4097), id, new() { CreatedAt = 0, RenewedAt = 0, ExpiresAt = 1 });
        Assert.False(remembered.TryFind(new string('a', 4097), out _, out _));
    }

    private static MemoryEntry Add(MemoryStore store, long renewedAt, string? user)
    {
        var entry = new MemoryEntry(SessionId.New(), new() { CreatedAt = 0, RenewedAt = renewedAt, ExpiresAt = long.MaxValue, UserId = user });
        store.Add(entry, 0);
        return entry;
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
