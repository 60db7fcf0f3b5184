namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>One thing that goes wrong, and how it ends.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="BreakAsync">Begins it; may be over when it returns.</param>
/// <param name="MendAsync">Ends it.</param>
internal sealed record Fault(string Name, Func<SoakRig, Random, Task> BreakAsync, Func<SoakRig, Task> MendAsync)
{
    /// <summary>The longest that it goes on, in milliseconds; how long it does is chosen anew each time.</summary>
    public int Longest { get; init; } = 400;

    /// <summary>The shortest.</summary>
    public int Shortest { get; init; } = 20;

    /// <summary>Whether the store forgets what it had.</summary>
    public bool Forgets { get; init; }

    /// <summary>Whether the store's process dies: what is kept depends on its persistence.</summary>
    public bool Kills { get; init; }

    /// <summary>Whether it happens on the way to the server.</summary>
    public bool IsOnTheWay { get; init; }
}
