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

    private readonly Dictionary<EndPoint, Task<bool>> _pings = [];
    private long _heardAt = clock.GetTimestamp();
    private long _doubtedFor;
    private long _askedAt = clock.GetTimestamp();
    private long _echoes;
    private int _pending;
    private int _isFromReplica;

    public IConnectionMultiplexer Multiplexer { get; } = multiplexer;

    public IDatabase Database { get; } = multiplexer.GetDatabase();

    public bool IsOurs { get; } = isOurs;

    public EndPoint? EndPoint { get; } = endPoint;

    /// <summary>Whether each reply comes by a thread of the pool of its own, so that whoever goes on with it there holds up nobody else's.</summary>
    public bool RepliesApart => IsOurs;

    public int Pending => Volatile.Read(ref _pending);

    /// <summary>How long nothing was heard from the server.</summary>
    public TimeSpan Silence => clock.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>How long no echo was asked for.</summary>
    public TimeSpan SinceEcho => clock.GetElapsedTime(_askedAt);

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

    /// <summary>Asks the masters for an echo.</summary>
    /// <returns>Whether each answered in time, and with its own answer: one that is another's says that the replies are out of step.</returns>
    public async Task<bool> PingAsync(TimeSpan limit)
    {
        var endPoints = Multiplexer.GetEndPoints();
        _askedAt = clock.GetTimestamp();

        foreach (var asked in endPoints)
        {
            // One that is not connected is being connected by the client; one that still owes an answer is not asked again.
            if (Multiplexer.GetServer(asked) is { IsConnected: true } server && (!_pings.TryGetValue(asked, out var ping) || ping.IsCompleted))
            {
                _pings[asked] = EchoAsync(server, isOnly: endPoints.Length == 1);
            }
        }

        try
        {
            var inStep = await Task.WhenAll(_pings.Values).WaitAsync(limit, clock).ConfigureAwait(false);
            return Multiplexer.IsConnected && !inStep.Contains(false);
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

    private async Task<bool> EchoAsync(IServer server, bool isOnly)
    {
        try
        {
            // A replica refuses this flag by itself, without a word to the server: it does not matter whether it answers.
            RedisValue sent = ++_echoes;
            var got = await server.EchoAsync(sent, isOnly ? CommandFlags.None : CommandFlags.DemandMaster).ConfigureAwait(false);
            Heard();
            return got == sent;
        }
        catch (RedisServerException)
        {
            // An error is an answer too.
            Heard();
        }
        catch (Exception exception) when (RedisError.IsKnown(exception))
        {
            // The client says by IsConnected what that means.
        }

        return true;
    }
}
