using RouteMiddleware.Contrib.Redis.RateLimits;
using RouteMiddleware.Tests.Kit;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Tests.RateLimits;

/// <summary>Leases of many callers on a Redis that takes its time: they must be renewed before they end.</summary>
public sealed class LeaseRenewalTests : IRedisConnection
{
    private readonly ManualClock _clock = new();
    private readonly TaskCompletionSource<RedisResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _renewals;
    private int _releases;

    public bool IsConfigured => true;

    public bool IsAvailable => true;

    public string KeyPrefix => "rm:";

    [Fact]
    public async Task R15_Renewals_OfSeveralCallers_DoNotWaitForEachOther()
    {
        using var leases = new Leases(this, _clock);

        for (var i = 0; i < 3; i++)
        {
            leases.Hold(leases.Begin($"key {i}", Leases.Length));
        }

        _clock.Advance(TimeSpan.FromSeconds(10));

        await Eventually.HoldsAsync(() => Volatile.Read(ref _renewals) == 3);
        _answer.SetResult(RedisResult.Create((RedisValue)0));
    }

    [Fact]
    public async Task R15_Renewal_DoesNotWaitForPermitsThatCannotBeReturned()
    {
        using var leases = new Leases(this, _clock);
        leases.End(leases.Begin("ended", Leases.Length));
        leases.Hold(leases.Begin("running", Leases.Length));
        Assert.Equal(1, _releases);

        _clock.Advance(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(() => Volatile.Read(ref _renewals) == 1);
        _answer.SetResult(RedisResult.Create((RedisValue)0));

        await Eventually.HoldsAsync(() => Volatile.Read(ref _releases) == 2);
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(10_000, 30)]
    [InlineData(20_000, 40)]
    [InlineData(60_000, 80)]
    public void R15_Lease_HoldsUntilItCanBeRenewed_HoweverLateItsAnswerMayCome(int timeout, int seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), Leases.LengthFor(TimeSpan.FromMilliseconds(timeout)));

    public async ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _renewals);
        return await _answer.Task;
    }

    public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _releases);
        return new(new TaskCompletionSource<T>().Task);
    }
}
