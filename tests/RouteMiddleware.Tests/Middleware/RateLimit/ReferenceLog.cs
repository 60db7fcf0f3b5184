namespace RouteMiddleware.Tests.Middleware.RateLimit;

/// <summary>What was admitted, kept as it happened and counted by brute force: the measure that the algorithms are held to.</summary>
internal sealed class ReferenceLog(int limit, long window, int cost)
{
    private readonly List<(long Time, bool IsBack)> _admitted = [];

    public void Admit(long now) => _admitted.Add((now, false));

    public int Last => _admitted.Count - 1;

    public void GiveBack(int index) => _admitted[index] = _admitted[index] with { IsBack = true };

    public int Used(long now) => UsedBetween(now - window, now);

    public int UsedWithin(long longerWindow, long now) => UsedBetween(now - longerWindow, now);

    public bool Fits(long now) => Used(now) + cost <= limit;

    /// <summary>The first moment at which another request fits.</summary>
    public long FitsAt(long now)
        => _admitted.Where(entry => !entry.IsBack).Select(entry => entry.Time + window).Where(time => time > now).Append(now).Order().First(Fits);

    /// <summary>The most that any window of the whole history holds.</summary>
    public int Worst() => _admitted.Count == 0 ? 0 : _admitted.Max(entry => UsedBetween(entry.Time - 1, entry.Time + window - 1));

    // After 'from', up to and with 'to'.
    private int UsedBetween(long from, long to) => cost * _admitted.Count(entry => !entry.IsBack && entry.Time > from && entry.Time <= to);
}
