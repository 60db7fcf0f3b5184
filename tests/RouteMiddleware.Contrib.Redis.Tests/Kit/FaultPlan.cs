using System.Globalization;

namespace RouteMiddleware.Tests.Kit;

/// <summary>How long the fault rounds go on: see docs/redis.md.</summary>
public static class FaultPlan
{
    private const string RoundsVariable = "ROUTEMIDDLEWARE_FAULT_ROUNDS";
    private const string SeedVariable = "ROUTEMIDDLEWARE_FAULT_SEED";

    private const int Short = 2;

    /// <summary>How often each fault comes, on each server. Default: twice.</summary>
    public static int Rounds { get; } = Number(RoundsVariable) ?? Short;

    /// <summary>Whether more was asked for than every build runs.</summary>
    public static bool IsLong { get; } = Number(RoundsVariable) is > Short;

    /// <summary>What the choices of all rounds come from.</summary>
    public static int Seed { get; } = Number(SeedVariable) ?? Random.Shared.Next();

    /// <summary>From when on the short form begins no further round: every fault comes first, and a busy machine may not get through all.</summary>
    public static TimeSpan Budget => IsLong ? TimeSpan.FromHours(4) : TimeSpan.FromSeconds(40);

    /// <summary>How much of something is done: what every build does, or the whole of it.</summary>
    public static int Many(int inEveryBuild, int whole) => IsLong ? whole : inEveryBuild;

    private static int? Number(string variable)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
