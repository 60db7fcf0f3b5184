using System.Globalization;

namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>How long the fault rounds go on: see docs/redis.md.</summary>
internal static class FaultPlan
{
    private const string RoundsVariable = "ROUTEMIDDLEWARE_FAULT_ROUNDS";
    private const string SeedVariable = "ROUTEMIDDLEWARE_FAULT_SEED";

    /// <summary>How often each fault comes, on each server. Default: once.</summary>
    public static int Rounds { get; } = Number(RoundsVariable) ?? 1;

    /// <summary>Whether more was asked for than every build runs.</summary>
    public static bool IsLong { get; } = Number(RoundsVariable) is > 1;

    /// <summary>What the choices of all rounds come from.</summary>
    public static int Seed { get; } = Number(SeedVariable) ?? Random.Shared.Next();

    /// <summary>From when on the short form begins no further round: every fault comes first, and a busy machine may not get through all.</summary>
    public static TimeSpan Budget => IsLong ? TimeSpan.FromHours(4) : TimeSpan.FromSeconds(40);

    private static int? Number(string variable)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
