namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>A request that stands in the line of a partition: it ends with its permits, or with nothing where its caller goes away.</summary>
internal sealed class WaitingRequest(PartitionShard shard, Partition partition)
{
    private readonly TaskCompletionSource<RateDecision?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RateDecision _decision;

    /// <summary>Its place in the line; without one it was served or has left.</summary>
    public LinkedListNode<WaitingRequest>? Place { get; set; }

    /// <summary>Waits until the request is served or its caller goes away.</summary>
    public async Task<RateDecision?> WaitAsync(CancellationToken aborted)
    {
        using (aborted.UnsafeRegister(static state => ((WaitingRequest)state!).Leave(), this))
        {
            return await _end.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Takes it out of the line, which closes behind the last one. Called under the shard's lock.</summary>
    public void TakeOut(in RateDecision decision = default)
    {
        var line = partition.Line!;
        line.Remove(this);
        _decision = decision;

        if (line.Count == 0)
        {
            line.Timer?.Dispose();
            partition.Line = null;
            shard.Reorder(partition, idleBefore: long.MaxValue);
        }
    }

    /// <summary>Goes on with the permits that it was taken out with.</summary>
    public void GoOn() => _end.SetResult(_decision);

    private void Leave()
    {
        shard.Enter();

        try
        {
            if (Place is null)
            {
                return;
            }

            TakeOut();
        }
        finally
        {
            shard.Exit();
        }

        _end.SetResult(null);
    }
}
