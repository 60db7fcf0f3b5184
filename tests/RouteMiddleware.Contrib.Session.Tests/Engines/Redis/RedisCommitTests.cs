using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Engines.Redis;
using RouteMiddleware.Contrib.Session.Records;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS 2: commits whose answer was lost, and commits that come too late.</summary>
public sealed class RedisCommitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly SessionLifetimes Lifetimes = new(TimeSpan.FromHours(1), null, null);

    [Fact]
    public async Task CommitWhoseAnswerWasLost_IsSentAgain_AndCountsOnce()
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis);
        var losing = new LosingRedis(app.App.Services.GetRequiredService<IRedisConnection>());
        var (sessions, hold) = await BeginAsync(losing);

        losing.Loses = true;
        var reply = await IncrementAsync(sessions, hold, null, "1");

        Assert.Equal(RedisReply.Saved, reply.Code);
        Assert.Equal(2, losing.Sent);
        Assert.Equal(2, (await sessions.LoadAsync(hold, TimeProvider.System.GetTimestamp(), default)).Hold!.Version);
    }

    [Theory]
    [InlineData(3, RedisReply.Saved)]
    [InlineData(4, RedisReply.Ambiguous)]
    public async Task CommitSentAgainAfterOthers_IsKnownOrRefused_NeverDoubled(int others, char expected)
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis);
        var losing = new LosingRedis(app.App.Services.GetRequiredService<IRedisConnection>());
        var (sessions, hold) = await BeginAsync(losing);
        losing.Loses = true;
        losing.Meanwhile = async () =>
        {
            for (var i = 0; i < others; i++)
            {
                Assert.Equal(RedisReply.Saved, (await IncrementAsync(sessions, hold, $"{i + 1}", $"{i + 2}")).Code);
            }
        };

        var reply = await IncrementAsync(sessions, hold, null, "1");

        Assert.Equal(expected, reply.Code);
        Assert.Equal($"{others + 1}", Text((await sessions.LoadAsync(hold, TimeProvider.System.GetTimestamp(), default)).Record!.Fields["n"]));
    }

    [Fact]
    public async Task CommitThatNobodyWaitsForAnyMore_IsNotCarriedOut()
    {
        var clock = new ManualClock();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, serverClock: clock);
        var (sessions, hold) = await BeginAsync(app.App.Services.GetRequiredService<IRedisConnection>());

        clock.Advance(Patience + TimeSpan.FromSeconds(20));
        Assert.Equal(RedisReply.Late, (await IncrementAsync(sessions, hold, null, "1")).Code);
        Assert.Empty((await sessions.LoadAsync(hold, TimeProvider.System.GetTimestamp(), default)).Record!.Fields.Keys.Except(["a"]));
    }

    [Fact]
    public async Task CommitOfASaveThatBeganLongAgo_IsNotCarriedOut()
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis);
        var (sessions, hold) = await BeginAsync(app.App.Services.GetRequiredService<IRedisConnection>());

        // As after a call of the same save that took all of its time.
        var reply = await IncrementAsync(sessions, hold, null, "1", TimeProvider.System.GetTimestamp() - (long)((Patience + Patience).TotalSeconds * TimeProvider.System.TimestampFrequency));

        Assert.Equal(RedisReply.Late, reply.Code);
    }

    [Fact]
    public async Task UpdateThatWaitedTooLongForAnother_DoesNotRunAfterItsRefusal()
    {
        var clock = new ManualClock();
        var (runs, entered, arrived) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        using var go = new ManualResetEventSlim();
        await using var app = await SessionApp.StartAsync(
            EnginesAttribute.Redis,
            group => group.MapPost("/add-as/{who}", (string who, RouteSession session) =>
            {
                if (who == "late")
                {
                    arrived.SetResult();
                }

                return session.UpdateAsync<int>("n", old =>
                {
                    Interlocked.Increment(ref runs);

                    if (who == "holder")
                    {
                        entered.SetResult();
                        go.Wait();
                    }

                    return old + 1;
                });
            }),
            clock,
            new() { ["StoreTimeout"] = "10s" });
        var browser = new Browser(app);
        await browser.DoAsync("/set/a/1");
        var holder = Task.Run(() => browser.Copy().DoAsync("/add-as/holder"));
        await entered.Task;

        var late = browser.Copy().PostAsync("/add-as/late");
        await arrived.Task;
        await Eventually.HoldsAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return late.IsCompleted;
        });
        using var refused = await late;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        go.Set();
        await holder;
        await browser.DoAsync("/add-as/next");

        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task SecondRecordUnderOneName_IsRefused()
    {
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis);
        var (sessions, hold) = await BeginAsync(app.App.Services.GetRequiredService<IRedisConnection>());

        Assert.Equal(RedisReply.Gone, (await sessions.CommitAsync(hold.Key, New(hold), default)).Code);
    }

    private static ReadOnlyMemory<byte>? Json(string? text) => text is null ? default(ReadOnlyMemory<byte>?) : System.Text.Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlyMemory<byte> value) => System.Text.Encoding.UTF8.GetString(value.Span);

    private static RedisCommit New(RedisHold hold)
    {
        var changes = new SessionChanges();
        changes.Set("a", "1"u8.ToArray());
        return new() { Mode = RedisCommit.Create, Changes = changes, Lifetimes = Lifetimes, NewProof = hold.Proof };
    }

    private static async Task<(RedisSessions Sessions, RedisHold Hold)> BeginAsync(IRedisConnection redis)
    {
        var sessions = new RedisSessions(redis, new(redis.KeyPrefix, "sessionid"), new(redis, 0, TimeProvider.System), Patience, TimeProvider.System);
        var hold = sessions.HoldOf(new(SessionId.New(), SessionId.New()));
        Assert.Equal(RedisReply.Saved, (await sessions.CommitAsync(hold.Key, New(hold), default)).Code);
        return (sessions, (await sessions.LoadAsync(hold, TimeProvider.System.GetTimestamp(), default)).Hold!);
    }

    private static ValueTask<RedisReply> IncrementAsync(RedisSessions sessions, RedisHold hold, string? from, string to, long? began = null)
    {
        var changes = new SessionChanges();
        changes.Set("n", System.Text.Encoding.UTF8.GetBytes(to));
        return sessions.CommitAsync(
            hold.Key,
            new()
            {
                Mode = RedisCommit.Update,
                Changes = changes,
                Lifetimes = Lifetimes,
                Proof = hold.Proof,
                BaseVersion = hold.Version,
                Deadline = sessions.DeadlineOf(hold, began ?? TimeProvider.System.GetTimestamp()),
                Condition = ("n", Json(from)),
            },
            default);
    }

    /// <summary>Carries a commit out and loses the answer, once.</summary>
    private sealed class LosingRedis(IRedisConnection inner) : IRedisConnection
    {
        public bool Loses { get; set; }

        public int Sent { get; private set; }

        public Func<Task>? Meanwhile { get; set; }

        public bool IsConfigured => true;

        public bool IsAvailable => true;

        public string KeyPrefix => inner.KeyPrefix;

        public async ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            var result = await inner.EvaluateAsync(script, keys, values, Patience, cancellationToken);

            if (script.Name != "session_save")
            {
                return result;
            }

            Sent += Loses || Sent > 0 ? 1 : 0;

            if (!Loses)
            {
                return result;
            }

            Loses = false;

            if (Meanwhile is { } act)
            {
                await act();
            }

            throw new RedisUnavailableException(RedisFailure.ConnectionLost, "lost");
        }

        public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
            => inner.CallAsync(operation, call, timeout, cancellationToken);
    }
}
