using System.Net;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>One connection of the client, from its making until another takes its place.</summary>
/// <param name="multiplexer">The client's connection.</param>
/// <param name="isOurs">Whether it is ours to close.</param>
/// <param name="endPoint">The end point that it was made for; none where the application made it.</param>
/// <param name="clock">Where its time comes from.</param>
internal sealed class RedisLink(IConnectionMultiplexer multiplexer, bool isOurs, EndPoint? endPoint, TimeProvider clock)
{
    /// <summary>The most calls that wait for an answer, the ones given up among them: the client keeps those too.</summary>
    private const int MostPending = 16_384;

    private readonly Dictionary<EndPoint, Task> _pings = [];
    private long _heardAt = clock.GetTimestamp();
    private long _doubtedFor;
    private int _pending;
    private int _isFromReplica;

    public IConnectionMultiplexer Multiplexer { get; } = multiplexer;

    public IDatabase Database { get; } = multiplexer.GetDatabase();

    public bool IsOurs { get; } = isOurs;

    public EndPoint? EndPoint { get; } = endPoint;

    public int Pending => Volatile.Read(ref _pending);

    /// <summary>How long nothing was heard from the server.</summary>
    public TimeSpan Silence => clock.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>The longest time limit of the calls that were given up while nothing at all was heard; zero: there is no doubt.</summary>
    public TimeSpan DoubtedFor => new(Volatile.Read(ref _doubtedFor));

    public bool TryBegin()
    {
        if (Interlocked.Increment(ref _pending) <= MostPending)
        {
            return true;
        }

        Interlocked.Decrement(ref _pending);
        return false;
    }

    public void End() => Interlocked.Decrement(ref _pending);

    public void Heard()
    {
        Volatile.Write(ref _heardAt, clock.GetTimestamp());

        if (Volatile.Read(ref _doubtedFor) != 0)
        {
            Volatile.Write(ref _doubtedFor, 0);
        }
    }

    /// <summary>A call was given up.</summary>
    /// <returns>Whether nothing was heard since it was sent.</returns>
    public bool Doubt(long sentAt, TimeSpan timeout)
    {
        if (Volatile.Read(ref _heardAt) > sentAt)
        {
            return false;
        }

        if (timeout.Ticks > Volatile.Read(ref _doubtedFor))
        {
            Volatile.Write(ref _doubtedFor, timeout.Ticks);
        }

        return true;
    }

    public void AnsweredAsReplica() => Volatile.Write(ref _isFromReplica, 1);

    public bool TakeAnsweredAsReplica() => Interlocked.Exchange(ref _isFromReplica, 0) == 1;

    /// <summary>Asks the masters whether they are there.</summary>
    /// <returns>Whether each answered in time.</returns>
    public async Task<bool> PingAsync(TimeSpan limit)
    {
        var endPoints = Multiplexer.GetEndPoints();

        foreach (var asked in endPoints)
        {
            // One that is not connected is being connected by the client; one that still owes an answer is not asked again.
            if (Multiplexer.GetServer(asked) is { IsConnected: true } server && (!_pings.TryGetValue(asked, out var ping) || ping.IsCompleted))
            {
                // A replica refuses this flag by itself, without a word to the server: it does not matter whether it answers.
                _pings[asked] = ObserveAsync(server.PingAsync(endPoints.Length > 1 ? CommandFlags.DemandMaster : CommandFlags.None), isOnly: endPoints.Length == 1);
            }
        }

        try
        {
            await Task.WhenAll(_pings.Values).WaitAsync(limit, clock).ConfigureAwait(false);
            return Multiplexer.IsConnected;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Closes it once its calls have had their time.</summary>
    public void Retire(TimeSpan grace)
    {
        if (IsOurs)
        {
            // The client's Dispose may wait for a socket that takes no bytes any more: on a thread of its own, which nobody waits for.
            _ = Task.Delay(grace, clock).ContinueWith(static (_, link) => ((RedisLink)link!).Close(), this, CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Closes it now, and fails the calls that still wait.</summary>
    public void Close()
    {
        if (IsOurs)
        {
            Multiplexer.Close(allowCommandsToComplete: false);
        }
    }

    private async Task ObserveAsync(Task<TimeSpan> ping, bool isOnly)
    {
        try
        {
            await ping.ConfigureAwait(false);
            Heard();
        }
        catch (RedisServerException) when (isOnly)
        {
            // An error is an answer too.
            Heard();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The client says by IsConnected what that means.
        }
    }
}
