using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Engines.Redis;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS 2: what Durability promises, and what it must not take for that.</summary>
public sealed class ReplicaAcknowledgementTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task CommitOfAnotherConnection_CountsOnlyOnceTheReplicaHasIt()
    {
        await using var pair = await RedisPair.StartAsync();
        using var before = await pair.Master.ConnectAsync();
        using var after = await pair.Master.ConnectAsync();

        // Whatever that one has asked for so far is on the replica.
        await Eventually.HoldsAsync(async () =>
        {
            await after.GetDatabase().PingAsync();
            return (int)await after.GetDatabase().ExecuteAsync("WAIT", 1, 100) == 1;
        });
        pair.Replica.Freeze();
        await before.GetDatabase().HashSetAsync("session", [new("#i", "proof"), new("#v", 1)]);

        // The connection was made anew between the commit and the question, and has asked for nothing since. (The client of today sends a SELECT of its own in front of WAIT, which
        // would do as well; nothing promises that it goes on doing so.)
        var refused = await Record.ExceptionAsync(() => WaitAsync(new OneConnection(after)));
        Assert.True(refused is RedisUnavailableException or TimeoutException, $"{refused}");

        pair.Replica.Thaw();
        await WaitAsync(new OneConnection(after), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task QuestionThatFailsWhenNobodyWaitsAnyMore_IsNoUnobservedException()
    {
        var unobserved = new List<Exception>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, args) =>
        {
            lock (unobserved)
            {
                unobserved.AddRange(args.Exception.InnerExceptions.Where(static inner => inner.Message == nameof(NeverInTime)));
            }
        };
        TaskScheduler.UnobservedTaskException += note;

        try
        {
            var redis = new NeverInTime();
            await GiveUpAsync(redis);
            redis.Answer();
            await Eventually.HoldsAsync(() => redis.Asked == 2);

            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    // Apart, so that nothing holds its tasks: the first asks, the second waits for the next question.
    private static async Task GiveUpAsync(NeverInTime redis)
    {
        var replicas = new ReplicaAcknowledgement(redis, 1, TimeProvider.System);
        await Assert.ThrowsAsync<TimeoutException>(() => replicas.WaitAsync("session", null, new(RedisReply.Saved), TimeSpan.FromMilliseconds(20), default).AsTask());
        await Assert.ThrowsAsync<TimeoutException>(() => replicas.WaitAsync("session", null, new(RedisReply.Saved), TimeSpan.FromMilliseconds(20), default).AsTask());
    }

    private static Task WaitAsync(IRedisConnection redis, TimeSpan? limit = null)
        => new ReplicaAcknowledgement(redis, 1, TimeProvider.System).WaitAsync("session", null, new(RedisReply.Saved) { Version = 1 }, limit ?? Limit, default).AsTask();

    private sealed class OneConnection(RedisClient multiplexer) : IRedisConnection
    {
        public bool IsConfigured => true;

        public bool IsAvailable => true;

        public string KeyPrefix => "";

        public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
            => new(multiplexer.GetDatabase().ScriptEvaluateAsync(script.Text, keys, values));

        public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
            => new(call(multiplexer.GetDatabase()));
    }

    private sealed class NeverInTime : IRedisConnection
    {
        private readonly TaskCompletionSource _late = new();

        public bool IsConfigured => true;

        public bool IsAvailable => true;

        public string KeyPrefix => "";

        public int Asked { get; private set; }

        public void Answer() => _late.SetResult();

        public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
            => throw new NotSupportedException();

        public async ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            Asked++;
            await _late.Task;
            throw new InvalidOperationException(nameof(NeverInTime));
        }
    }
}
