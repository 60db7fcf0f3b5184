using System.Runtime.InteropServices;

namespace RouteMiddleware.Middleware.RateLimit;

/// <summary>
/// Remembers when permits were taken, so that the limit holds in any window. Exact up to <see cref="MaxSlots"/> moments; beyond that moments are put together and
/// counted as the last of them, which admits a little later and never too much.
/// </summary>
internal sealed class SlidingPartition(RateLimitRule rule, PartitionKey key) : Partition(rule, key)
{
    internal const int MaxSlots = 256;

    // Twice as coarse as there are slots: putting together frees at least some hundred of them at once.
    private const int Cells = 128;

    // A ring whose length is a power of two, oldest first.
    private Slot[] _slots = new Slot[1];
    private int _head;
    private int _count;
    private int _used;

    public override long IdleAt => _count == 0 ? long.MinValue : At(_count - 1).Time + Rule.Window;

    internal int SlotCount => _count;

    public override RateDecision Acquire(long now)
    {
        DropExpired(now);

        if (_used > Rule.PermitLimit - Rule.Cost)
        {
            return new(IsAdmitted: false, Rule.PermitLimit - _used, ExpiryOf(_used + Rule.Cost - Rule.PermitLimit), Stamp: 0);
        }

        var stamp = Append(now);
        return new(IsAdmitted: true, Rule.PermitLimit - _used, At(0).Time + Rule.Window, stamp);
    }

    public override RateDecision Release(long stamp, long now)
    {
        DropExpired(now);

        // A permit whose window is over is free already: what lies where it would have been rounded to is another request's.
        // Until then the moment may have been put together with later ones.
        if (now - stamp < Rule.Window && (Find(stamp) is var index and >= 0 || (index = Find(RoundUp(stamp))) >= 0))
        {
            At(index).Count -= Rule.Cost;
            _used -= Rule.Cost;

            if (At(index).Count == 0)
            {
                RemoveAt(index);
            }
        }

        return new(IsAdmitted: true, Rule.PermitLimit - _used, _count == 0 ? now : At(0).Time + Rule.Window, stamp);
    }

    public override long FreeAt(int requests, long now)
    {
        DropExpired(now);

        // Further requests than one window holds come one window behind those whose permits they get.
        var (rounds, place) = Math.DivRem(requests - 1, Rule.RequestsPerWindow);
        var permits = _used + ((place + 1) * Rule.Cost) - Rule.PermitLimit;
        var first = permits <= 0 ? now : ExpiryOf(permits);
        return rounds == 0 ? first : Rule.After(first, rounds);
    }

    public override (int Used, long Since) Load(long now)
    {
        DropExpired(now);
        return (_used, _count == 0 ? now : At(_count - 1).Time);
    }

    public override void Charge(int used, long since) => (_slots[0], _count, _used) = (new(since, used), 1, used);

    private ref Slot At(int index) => ref _slots[(_head + index) & (_slots.Length - 1)];

    private long ExpiryOf(int permits)
    {
        var index = 0;

        for (; (permits -= At(index).Count) > 0; index++)
        {
        }

        return At(index).Time + Rule.Window;
    }

    private void DropExpired(long now)
    {
        while (_count > 0 && now - At(0).Time >= Rule.Window)
        {
            _used -= At(0).Count;
            _head = (_head + 1) & (_slots.Length - 1);
            _count--;
        }
    }

    private long Append(long now)
    {
        _used += Rule.Cost;

        // The last moment can lie behind 'now': a neighbour thread was faster, or it was rounded up.
        if (_count > 0 && At(_count - 1) is { Time: var last } && now <= last)
        {
            At(_count - 1).Count += Rule.Cost;
            return last;
        }

        if (_count == _slots.Length)
        {
            MakeRoom();

            if (At(_count - 1).Time >= now)
            {
                At(_count - 1).Count += Rule.Cost;
                return At(_count - 1).Time;
            }
        }

        At(_count++) = new(now, Rule.Cost);
        return now;
    }

    private void MakeRoom()
    {
        if (_slots.Length == MaxSlots)
        {
            PutTogether();
            return;
        }

        var slots = new Slot[_slots.Length * 2];

        for (var i = 0; i < _count; i++)
        {
            slots[i] = At(i);
        }

        _slots = slots;
        _head = 0;
    }

    private void PutTogether()
    {
        var kept = 0;

        for (var i = 0; i < _count; i++)
        {
            var slot = At(i) with { Time = RoundUp(At(i).Time) };

            if (kept > 0 && At(kept - 1).Time == slot.Time)
            {
                At(kept - 1).Count += slot.Count;
            }
            else
            {
                At(kept++) = slot;
            }
        }

        _count = kept;
    }

    // Whole steps of the clock, so that rounding twice changes nothing.
    private long RoundUp(long time)
    {
        var cell = Math.Max(1, (Rule.Window + Cells - 1) / Cells);
        return (time + cell - 1) / cell * cell;
    }

    private int Find(long time)
    {
        var index = _count - 1;

        while (index >= 0 && At(index).Time > time)
        {
            index--;
        }

        return index >= 0 && At(index).Time == time ? index : -1;
    }

    private void RemoveAt(int index)
    {
        for (; index < _count - 1; index++)
        {
            At(index) = At(index + 1);
        }

        _count--;
    }

    [StructLayout(LayoutKind.Auto)]
    private record struct Slot(long Time, int Count);
}
