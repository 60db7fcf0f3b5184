using System.Reflection;
using Xunit.Sdk;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>Runs a theory once for each engine: what every engine must do is written once.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EnginesAttribute : DataAttribute
{
    public const string Encrypted = "signing, encrypted";
    public const string SignedOnly = "signing, signed only";
    public const string Protected = "signing, data protection";
    public const string Memory = "memory";
    public const string Turns = "memory, taking turns";
    public const string Redis = "redis";
    public const string RedisTurns = "redis, taking turns";

    // A busy machine must not make a test fail that asks for no time.
    private const string Patience = "20s";

    private static readonly string[] InCookies = [Encrypted, SignedOnly, Protected];
    private static readonly string[] WithRecords = [Memory, Turns, Redis, RedisTurns];

    /// <summary>Whether to leave out the engines without a store.</summary>
    public bool RecordsOnly { get; init; }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
        => (RecordsOnly ? WithRecords : [.. InCookies, .. WithRecords]).Select(static engine => new object[] { engine });

    internal static Dictionary<string, string?> SettingsOf(string engine) => engine switch
    {
        Encrypted => new() { ["Secret"] = SessionApp.Secret },
        SignedOnly => new() { ["Secret"] = SessionApp.Secret, ["Encrypt"] = "false" },
        Protected => [],
        Memory => new() { ["Engine"] = "memory" },
        Turns => new() { ["Engine"] = "memory", ["Concurrency"] = "serialize" },
        Redis => new() { ["Engine"] = "redis", ["StoreTimeout"] = Patience },
        RedisTurns => new() { ["Engine"] = "redis", ["Concurrency"] = "serialize", ["StoreTimeout"] = Patience },
        _ => throw new ArgumentOutOfRangeException(nameof(engine)),
    };
}
