using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using RouteMiddleware.Contrib.Redis;
using RouteMiddleware.Contrib.Session.Records;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>The records of sessions on the server: finds them, writes them, and knows whose turn it is. One call each.</summary>
internal sealed class RedisSessions(IRedisConnection redis, RedisKeys keys, ReplicaAcknowledgement replicas, TimeSpan timeout, TimeProvider clock)
{
    public RedisHold HoldOf(RedisSessionId id)
    {
        var handle = id.Handle();
        return new(id, handle, keys.Session(handle), id.Proof());
    }

    /// <summary>Loads what an id names, in what is left of the time since the load began.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RedisFinding> LoadAsync(RedisHold hold, long began, CancellationToken cancellationToken)
        => Read(hold, await redis.EvaluateAsync(RedisScripts.Load, [hold.Key], [], Left(began), cancellationToken).ConfigureAwait(false));

    public async ValueTask<RedisFinding> TakeTurnAsync(RedisHold hold, string token, CancellationToken cancellationToken)
        => Read(hold, await redis.EvaluateAsync(
            RedisScripts.Turn,
            [hold.Key],
            [hold.Proof, token, (long)SessionTurns.Longest.TotalMilliseconds],
            timeout,
            cancellationToken).ConfigureAwait(false));

    /// <summary>Ends a turn. Where that fails, it ends by itself.</summary>
    public async ValueTask EndTurnAsync(RedisKey key, string token)
    {
        try
        {
            await redis.EvaluateAsync(RedisScripts.EndTurn, [key], [token], timeout).ConfigureAwait(false);
        }
        catch (RedisUnavailableException)
        {
            // The connection has told of the failure, and the server ends the turn after its longest time.
        }
    }

    /// <summary>Commits, and waits for the replicas where the options ask for any. A commit whose connection broke is sent once more, which the server knows from the first.</summary>
    public async ValueTask<RedisReply> CommitAsync(RedisKey key, RedisCommit commit, CancellationToken cancellationToken)
    {
        var arguments = commit.ToArguments(RandomNumberGenerator.GetBytes(sizeof(long)));
        var began = clock.GetTimestamp();
        var reply = await SendAsync(key, arguments, began, cancellationToken).ConfigureAwait(false);

        if (reply.IsWritten)
        {
            await replicas.WaitAsync(key, commit.Proof, reply, Left(began), cancellationToken).ConfigureAwait(false);
        }

        return reply;
    }

    /// <summary>The moment on the server's clock from which a commit must no longer be carried out: nobody waits any more for the save that began then.</summary>
    public long DeadlineOf(RedisHold hold, long began) => hold.ServerNow + (long)(clock.GetElapsedTime(hold.SeenAt, began) + timeout).TotalMilliseconds;

    /// <summary>Fails what began so long ago that nobody waits for it any more.</summary>
    public void CheckTime(long began)
    {
        if (Left(began) == TimeSpan.Zero)
        {
            throw new RedisUnavailableException(RedisFailure.NotConnected, "Others took all of the store's time for this session.");
        }
    }

    /// <summary>A moment of the server's, in our time.</summary>
    public long ToOurs(long moment, long serverNow) => moment - serverNow + clock.GetUtcNow().ToUnixTimeMilliseconds();

    private async ValueTask<RedisReply> SendAsync(RedisKey key, RedisValue[] arguments, long began, CancellationToken cancellationToken)
    {
        try
        {
            return Read(await redis.EvaluateAsync(RedisScripts.Commit, [key], arguments, timeout, cancellationToken).ConfigureAwait(false));
        }
        catch (RedisUnavailableException exception) when (exception.Failure == RedisFailure.ConnectionLost && Left(began) > TimeSpan.Zero)
        {
            RedisCommit.MakeRetry(arguments);
            return Read(await redis.EvaluateAsync(RedisScripts.Commit, [key], arguments, Left(began), cancellationToken).ConfigureAwait(false));
        }
    }

    private TimeSpan Left(long began)
    {
        var left = timeout - clock.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static RedisReply Read(RedisResult result)
    {
        var parts = (RedisResult[])result!;
        var code = ((string)parts[0]!)[0];

        return code switch
        {
            'S' => new(code)
            {
                ServerNow = (long)parts[1],
                CreatedAt = (long)parts[2],
                ExpiresAt = (long)parts[3],
                Version = (long)parts[4],
                Lifetime = (string?)parts[5] is { Length: > 0 } own ? TimeSpan.FromMilliseconds((long)parts[5]) : null,
                UserBefore = (string?)parts[6] is { Length: > 0 } user ? user : null,
            },
            'E' => new(code) { ServerNow = (long)parts[1], UserBefore = (string?)parts[2] is { Length: > 0 } user ? user : null },
            'C' => new(code) { Value = (byte[])parts[1]! is [(byte)'+', .. var value] ? value : default(ReadOnlyMemory<byte>?) },
            _ => new(code),
        };
    }

    private RedisFinding Read(RedisHold hold, RedisResult result)
    {
        var answer = (byte[]?)result;

        if (answer is null or [_])
        {
            return new(answer is null ? RedisFinding.Unknown : (char)answer[0], null, null);
        }

        var record = RedisRecord.Read(answer);
        var code = record.CodeFor(hold.Proof);

        return code != RedisFinding.Valid ? new(code, null, null) : new(
            code,
            new()
            {
                CreatedAt = ToOurs(record.CreatedAt, record.Now),
                RenewedAt = ToOurs(record.RenewedAt, record.Now),
                ExpiresAt = ToOurs(record.ExpiresAt, record.Now),
                Lifetime = record.Lifetime,
                UserId = record.UserId,
                Tenant = record.Tenant,
                Fields = record.Fields,
            },
            new(hold.Id, hold.Handle, hold.Key, hold.Proof)
            {
                Version = record.Version,
                ServerNow = record.Now,
                SeenAt = clock.GetTimestamp(),
                ListedUntil = record.ListedUntil is { } until ? ToOurs(until, record.Now) : 0,
            });
    }
}
