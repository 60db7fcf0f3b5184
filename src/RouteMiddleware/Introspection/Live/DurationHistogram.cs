using System.Numerics;

namespace RouteMiddleware.Introspection.Live;

/// <summary>
/// Times of the last half minute to minute in a fixed number of steps, four to each doubling: whatever is measured, its size stays the same. With no new times it keeps the
/// last ones. Recording takes no lock; a time that falls into the change of halves may be lost, the totals are kept elsewhere.
/// </summary>
internal sealed class DurationHistogram
{
    private const int FirstBit = 7;
    private const int LastBit = 36;
    private const int Steps = 4;
    private const int Buckets = ((LastBit - FirstBit) * Steps) + 2;
    private static readonly TimeSpan Longest = TimeSpan.FromMicroseconds((1L << LastBit) / 1000);
    private static readonly TimeSpan Half = TimeSpan.FromSeconds(30);

    private int[] _now = [];
    private int[]? _before;
    private long _half = -1;

    /// <summary>Counts a time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="at">When, counted from any moment that stays the same.</param>
    public void Record(TimeSpan time, TimeSpan at)
    {
        var half = at.Ticks / Half.Ticks;

        if (Volatile.Read(ref _half) < half)
        {
            Turn(half);
        }

        Interlocked.Increment(ref _now[BucketOf(time)]);
    }

    /// <summary>Reads the times below which the given parts of all lie, in microseconds; <see langword="null"/> where nothing was measured.</summary>
    public double[]? Read(params ReadOnlySpan<double> parts)
    {
        Span<long> counts = stackalloc long[Buckets];
        var total = 0L;
        var (now, before) = (Volatile.Read(ref _now), Volatile.Read(ref _before));

        for (var i = 0; i < now.Length; i++)
        {
            total += counts[i] = now[i] + (before is { Length: > 0 } ? before[i] : 0);
        }

        if (total == 0)
        {
            return null;
        }

        var values = new double[parts.Length];

        for (var i = 0; i < parts.Length; i++)
        {
            values[i] = Find(counts, parts[i] * total) / 1000;
        }

        return values;
    }

    private static double Find(ReadOnlySpan<long> counts, double rank)
    {
        var below = 0L;

        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0 && below + counts[i] >= rank)
            {
                // Even within the step: nobody knows better.
                var (low, high) = (BoundOf(i), BoundOf(i + 1));
                return low + ((high - low) * Math.Clamp((rank - below) / counts[i], 0, 1));
            }

            below += counts[i];
        }

        return BoundOf(counts.Length - 1);
    }

    private static int BucketOf(TimeSpan time)
    {
        if (time >= Longest)
        {
            return Buckets - 1;
        }

        var nanoseconds = (long)time.TotalNanoseconds;

        if (nanoseconds < 1L << FirstBit)
        {
            return 0;
        }

        var bit = BitOperations.Log2((ulong)nanoseconds);
        var step = (int)(nanoseconds >> (bit - 2)) & (Steps - 1);
        return ((bit - FirstBit) * Steps) + step + 1;
    }

    // Where a step begins, in nanoseconds.
    private static double BoundOf(int bucket)
    {
        if (bucket == 0)
        {
            return 0;
        }

        var (bit, step) = Math.DivRem(bucket - 1, Steps);
        return (double)(1L << (bit + FirstBit)) * (Steps + step) / Steps;
    }

    private void Turn(long half)
    {
        lock (this)
        {
            // One that comes late must not turn it back.
            if (_half >= half)
            {
                return;
            }

            Volatile.Write(ref _before, half == _half + 1 ? _now : null);
            Volatile.Write(ref _now, new int[Buckets]);
            Volatile.Write(ref _half, half);
        }
    }
}
