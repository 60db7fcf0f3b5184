namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>The sessions in memory by their users. Looks through all of them: that is rare, and a list would have to follow each save.</summary>
internal sealed class MemoryDirectory(MemoryStore store, EndedUsers ended, TimeProvider clock) : ISessionDirectory
{
    public Task<IReadOnlyList<SessionInfo>> ListAsync(string userId, string? currentHandle, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        IReadOnlyList<SessionInfo> found =
        [
            .. from entry in store.Entries
               let record = entry.Record
               where record.UserId == userId && now < record.ExpiresAt
               select new SessionInfo(entry.Handle, Moment(record.CreatedAt), Moment(record.RenewedAt), entry.Handle == currentHandle),
        ];
        return Task.FromResult(found);
    }

    public Task<bool> EndAsync(string handle, CancellationToken cancellationToken)
        => Task.FromResult(End(entry => entry.Handle == handle) > 0);

    public Task<int> EndAllAsync(string userId, string? exceptHandle, CancellationToken cancellationToken)
    {
        // First, so that what is under way and not yet in the store is refused when it gets there.
        ended.End(userId, exceptHandle);
        return Task.FromResult(End(entry => entry.Record.UserId == userId && entry.Handle != exceptHandle));
    }

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private int End(Func<MemoryEntry, bool> condition)
    {
        var (count, now) = (0, clock.GetUtcNow().ToUnixTimeMilliseconds());

        foreach (var entry in store.Entries)
        {
            lock (entry.Gate)
            {
                if (entry.End != EntryEnd.None || !condition(entry))
                {
                    continue;
                }

                entry.Close(EntryEnd.Gone, now);
            }

            store.Remove(entry);
            count++;
        }

        return count;
    }
}
