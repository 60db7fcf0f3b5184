namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>What a server keeps when its process is killed.</summary>
public enum Persistence
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All but what it acknowledged while a sync was under way.</summary>
    EverySecond,

    /// <summary>All that it acknowledged: the kernel has it first.</summary>
    Written,
}
