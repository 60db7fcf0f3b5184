using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Tests.Support;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Tests.Engines.Redis;

/// <summary>LIMITS S5: the list of a user's sessions misses no valid one, however late what was sent for it arrives.</summary>
public sealed class RedisUsersTests
{
    [Fact]
    public async Task S5_SessionThatComesBackToItsUser_IsListed_ThoughItsLeavingArrivesLate()
    {
        LateRedis? redis = null;
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, services: builder =>
        {
            builder.Services.AddRouteMiddleware().AddRedisConnection();
            var connection = builder.Services.Last(static service => service.ServiceType == typeof(IRedisConnection)).ImplementationType!;
            builder.Services.AddSingleton<IRedisConnection>(provider => redis = new((IRedisConnection)ActivatorUtilities.CreateInstance(provider, connection)));
        });
        var admin = app.App.Services.GetRequiredService<ISessionAdmin>();
        var browser = new Browser(app);
        await browser.DoAsync("/login/ada");

        // What takes it out of the list of ada is under way when ada is back.
        redis!.HoldsBack = true;
        await browser.DoAsync("/login/bob");
        await Eventually.HoldsAsync(() => redis.HeldBack == 1);
        await browser.DoAsync("/login/ada");
        await Eventually.HoldsAsync(() => redis.HeldBack == 2);
        await redis.LetGoAsync();

        Assert.Single(await admin.ListAsync("ada"));
        Assert.Empty(await admin.ListAsync("bob"));
        Assert.Equal(1, await admin.EndAllAsync("ada"));
        Assert.Equal("(none)", await browser.ReadAsync("/get/a"));
    }

    [Fact]
    public async Task S5_SessionThatLeavesItsUser_LeavesTheList()
    {
        var prefix = SharedRedis.NewPrefix();
        await using var app = await SessionApp.StartAsync(EnginesAttribute.Redis, prefix: prefix);
        var (server, browser) = (await SharedRedis.GetAsync(), new Browser(app));

        foreach (var user in new[] { "ada", "bob", "ada", "bob" })
        {
            await browser.DoAsync($"/login/{user}");
        }

        // One list, and none for whom it has left.
        await Eventually.HoldsAsync(async () => (await server.CommandAsync("KEYS", $"{prefix}session-users:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length == 1);
    }

    /// <summary>Holds back what takes a session out of a list.</summary>
    private sealed class LateRedis(IRedisConnection inner) : IRedisConnection, IAsyncDisposable
    {
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Task> _late = [];

        public bool HoldsBack { get; set; }

        public int HeldBack
        {
            get
            {
                lock (_late)
                {
                    return _late.Count;
                }
            }
        }

        public bool IsConfigured => inner.IsConfigured;

        public bool IsAvailable => inner.IsAvailable;

        public string KeyPrefix => inner.KeyPrefix;

        public async Task LetGoAsync()
        {
            _go.SetResult();
            await Task.WhenAll(_late);
        }

        public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
            => LateAsync(script.Name, () => inner.EvaluateAsync(script, keys, values, timeout, cancellationToken));

        public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
            => LateAsync(operation, () => inner.CallAsync(operation, call, timeout, cancellationToken));

        public ValueTask DisposeAsync() => ((IAsyncDisposable)inner).DisposeAsync();

        private ValueTask<T> LateAsync<T>(string operation, Func<ValueTask<T>> call)
        {
            if (!HoldsBack || operation is not ("session_user_remove" or "session_user_forget"))
            {
                return call();
            }

            var late = RunAsync();

            lock (_late)
            {
                _late.Add(late);
            }

            return new(late);

            async Task<T> RunAsync()
            {
                await _go.Task;
                return await call();
            }
        }
    }
}
