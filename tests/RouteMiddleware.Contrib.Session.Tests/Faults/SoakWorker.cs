using System.Diagnostics;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>Somebody who does the same again and again, notes how it went, and can be held up for a check.</summary>
internal abstract class SoakWorker(SoakRig rig, string name) : IDisposable
{
    /// <summary>Far above what any operation may take, on any machine.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(1);

    // So many workers at full speed would measure nothing but themselves.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(3);

    private readonly SemaphoreSlim _step = new(1, 1);
    private int _successes;
    private long _succeededAt;

    public string Name { get; } = name;

    /// <summary>How often it worked so far.</summary>
    public int Successes => Volatile.Read(ref _successes);

    protected SoakRig Rig { get; } = rig;

    /// <summary>What reports call its steps.</summary>
    protected abstract string Kind { get; }

    public async Task RunAsync(CancellationToken ending)
    {
        using var pause = new PeriodicTimer(Pause);

        for (var number = 1; !ending.IsCancellationRequested; number++)
        {
            await _step.WaitAsync(CancellationToken.None);

            try
            {
                await MeasureAsync(number);
            }
            catch (Exception exception)
            {
                Rig.History.NoteOdd($"{Name} {number}: {exception}");
            }
            finally
            {
                _step.Release();
            }

            await pause.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _step.Dispose();

    /// <summary>Waits until it is between two steps, and holds it there.</summary>
    public Task HoldAsync() => _step.WaitAsync();

    public void GoOn() => _step.Release();

    /// <summary>When it first succeeded with something that it began after a moment.</summary>
    public long? FirstSuccessSince(long moment)
    {
        var first = Volatile.Read(ref _succeededAt);
        return first > moment ? first : null;
    }

    /// <summary>Forgets the last success: the next one is the first.</summary>
    public void Expect() => Volatile.Write(ref _succeededAt, 0);

    /// <summary>Checks what is there, between two steps.</summary>
    public virtual Task CheckAsync() => Task.CompletedTask;

    /// <summary>Begins with a new session, caller or whatever it has.</summary>
    public virtual Task BeginAsync() => Task.CompletedTask;

    /// <summary>Does it once.</summary>
    /// <returns>Whether it worked, and what came of it.</returns>
    protected abstract Task<(bool Worked, string Outcome)> StepAsync(int number);

    private async Task MeasureAsync(int number)
    {
        var wasFaulty = Rig.IsFaulty;
        var began = Stopwatch.GetTimestamp();
        var (worked, outcome) = await StepAsync(number).WaitAsync(Hang);
        var took = Stopwatch.GetElapsedTime(began);
        Rig.History.Note($"{Name} {number}: {outcome} in {took.TotalMilliseconds:0.0} ms");
        Note(wasFaulty, took);

        if (worked)
        {
            Interlocked.Increment(ref _successes);

            // Of those that began after the fault, the first.
            Interlocked.CompareExchange(ref _succeededAt, Stopwatch.GetTimestamp(), 0);
        }
    }

    protected virtual void Note(bool wasFaulty, TimeSpan took) => Rig.Measures.Add($"{Kind}, {(wasFaulty ? "fault" : "quiet")}", took);
}
