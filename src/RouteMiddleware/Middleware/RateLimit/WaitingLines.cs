namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>Lets requests wait for permits: a line for each partition, bounded, first come first served.</summary>
internal sealed class WaitingLines(int limit, RateLimitRule rule, TimeProvider clock)
{
    // What the system's timers can count, less a day.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(48);

    /// <summary>Puts a refused request into its partition's line.</summary>
    /// <param name="place">Where it was refused.</param>
    /// <param name="decision">The newest decision about it.</param>
    /// <param name="waiting">The waiting request, unless permits came free meanwhile, or the line is full.</param>
    /// <returns>Whether that was decided: a partition that was dropped meanwhile has no line, and its key must ask again.</returns>
    public bool TryJoin(in RatePermit place, ref RateDecision decision, out WaitingRequest? waiting)
    {
        var (shard, partition, _) = place;
        waiting = null;
        shard.Enter();

        try
        {
            if (!partition.IsListed)
            {
                return false;
            }

            // It may have been served at this very moment, in front of everybody who comes later.
            var now = clock.GetTimestamp();
            decision = shard.Acquire(partition, now);

            if (decision.IsAdmitted || partition.Line?.Count >= limit)
            {
                return true;
            }

            var idleBefore = partition.DroppableAt;
            waiting = new(shard, partition);
            (partition.Line ??= new()).Add(waiting);
            shard.Reorder(partition, idleBefore);
            SetTimer(shard, partition, decision.FreeAt, now);
            return true;
        }
        finally
        {
            shard.Exit();
        }
    }

    /// <summary>Gives permits that have come free to those who wait for them.</summary>
    public void Serve(PartitionShard shard, Partition partition)
    {
        List<WaitingRequest> served = [];
        shard.Enter();

        try
        {
            var now = clock.GetTimestamp();

            while (partition.Line is { First: { } first } line && partition.Acquire(now) is { IsAdmitted: var isAdmitted } decision)
            {
                if (!isAdmitted)
                {
                    line.Timer?.Change(Delay(decision.FreeAt, now), Timeout.InfiniteTimeSpan);
                    break;
                }

                first.TakeOut(decision);
                served.Add(first);
            }
        }
        finally
        {
            shard.Exit();
        }

        foreach (var request in served)
        {
            request.GoOn();
        }
    }

    private void SetTimer(PartitionShard shard, Partition partition, long freeAt, long now)
    {
        var line = partition.Line!;

        if (!partition.IsFreedByTime || line.Timer is not null)
        {
            return;
        }

        // The request that happens to be the first must not be remembered by the timer.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            line.Timer = clock.CreateTimer(_ => Serve(shard, partition), state: null, Delay(freeAt, now), Timeout.InfiniteTimeSpan);
        }
    }

    // Timers count whole milliseconds, and must not ring too early.
    private TimeSpan Delay(long until, long now)
    {
        var milliseconds = (((Int128)Math.Max(0, until - now) * 1000) + rule.Second - 1) / rule.Second;
        return milliseconds >= (Int128)LongestWait.TotalMilliseconds ? LongestWait : TimeSpan.FromMilliseconds((long)milliseconds);
    }
}
