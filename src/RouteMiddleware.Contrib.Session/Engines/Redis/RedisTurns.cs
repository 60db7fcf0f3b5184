using System.Security.Cryptography;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Session.Engines.Redis;

/// <summary>The requests of one session, one after the other, over all instances: a queue in each, whose first stands in the queue on the server.</summary>
internal sealed class RedisTurns(RedisSessions sessions, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(25);

    private readonly KeyedTurns _turns = new(clock);

    /// <summary>Waits for a turn and loads the session in it. The finding is of any other kind where there is no such session (any more).</summary>
    public async ValueTask<RedisFinding> TakeAsync(RedisHold hold, CancellationToken cancellationToken)
    {
        var place = _turns.Rent(hold.Id.Family);
        long number;

        try
        {
            number = await place.Turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _turns.Return(place);
            throw;
        }

        var turn = new RedisTurn(place, number, RandomNumberGenerator.GetHexString(16, lowercase: true));

        try
        {
            var found = await TakeAsync(hold, turn, cancellationToken).ConfigureAwait(false);

            if (found.Hold is { } held)
            {
                held.Turn = turn;
            }
            else
            {
                Leave(turn);
            }

            return found;
        }
        catch
        {
            // The server may have granted the turn, or may still do so.
            End(hold.Key, turn);
            throw;
        }
    }

    public void End(RedisKey key, RedisTurn turn) => _ = EndAsync(key, turn);

    private async Task EndAsync(RedisKey key, RedisTurn turn)
    {
        // On the server first: the next of this instance would ask it in vain.
        await sessions.EndTurnAsync(key, turn.Token).ConfigureAwait(false);
        Leave(turn);
    }

    private void Leave(RedisTurn turn)
    {
        turn.Place.Turns.Release(turn.Number);
        _turns.Return(turn.Place);
    }

    private async ValueTask<RedisFinding> TakeAsync(RedisHold hold, RedisTurn turn, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var found = await sessions.TakeTurnAsync(hold, turn.Token, cancellationToken).ConfigureAwait(false);

            if (found.Code != RedisFinding.Waiting)
            {
                return found;
            }

            await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
