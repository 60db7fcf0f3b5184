namespace RouteMiddleware.Contrib.Session.Tests.Faults;

/// <summary>All faults of the rounds.</summary>
internal static class FaultTable
{
    public const string Password = "s3cret-of-the-rounds";

    private static readonly Fault Kill = new("kill and restart", static (rig, _) => rig.Server.KillAsync(), static rig => rig.Server.RestartAsync()) { Kills = true };

    private static readonly Fault Stop = new(
        "SIGSTOP",
        static (rig, _) =>
        {
            rig.Server.Freeze();
            return Task.CompletedTask;
        },
        static rig =>
        {
            rig.Server.Thaw();
            return Task.CompletedTask;
        })
    {
        Longest = 2000,
    };

    public static IReadOnlyList<Fault> All { get; } =
    [
        Kill,
        Stop,
        Command("pause of all commands", static random => ["CLIENT", "PAUSE", $"{random.Next(50, 1000)}", "ALL"]),
        Command("pause of writes", static random => ["CLIENT", "PAUSE", $"{random.Next(50, 1000)}", "WRITE"]),
        Command("out of memory", static _ => ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]),
        Command("read only", static _ => ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]),
        Command("script flush", static _ => ["SCRIPT", "FLUSH"]),
        Command("flushall", static _ => ["FLUSHALL"]) with { Forgets = true },
        Command("connections cut", static _ => ["CLIENT", "KILL", "TYPE", "normal"]),
        new("busy with a script", BusyAsync, static rig => rig.Server.CommandAsync("SCRIPT", "KILL")),
        new("wrong password", WrongPasswordAsync, RightPasswordAsync),
        OnTheWay("half-open connections", static (rig, _) => rig.Proxy!.HalfOpen()),
        OnTheWay("cut in a reply", static (rig, random) => rig.Proxy!.CutAfter(random.Next(1, 60))),
        OnTheWay("garbage for a reply", static (rig, random) => rig.Proxy!.Garble(Garbage(random))),
        OnTheWay("slow link", static (rig, random) => rig.Proxy!.Delay = TimeSpan.FromMilliseconds(random.Next(20, 500)), static rig => rig.Proxy!.Delay = TimeSpan.Zero),
    ];

    /// <summary>What only the long form has the time for, once for each server.</summary>
    public static IReadOnlyList<Fault> Long { get; } =
    [
        Kill with { Name = "kill, back after 5 s", Shortest = 5000, Longest = 5001 },
        Stop with { Name = "SIGSTOP for 30 s", Shortest = 30_000, Longest = 30_001 },
    ];

    private static Fault Command(string name, Func<Random, string[]> broken, string[]? mended = null)
        => new(name, (rig, random) => rig.Server.CommandAsync(broken(random)), rig => mended is null ? Task.CompletedTask : rig.Server.CommandAsync(mended));

    private static Fault OnTheWay(string name, Action<SoakRig, Random> broken, Action<SoakRig>? mended = null)
        => new(
            name,
            (rig, random) =>
            {
                broken(rig, random);
                return Task.CompletedTask;
            },
            rig =>
            {
                mended?.Invoke(rig);
                return Task.CompletedTask;
            })
        {
            IsOnTheWay = true,
        };

    // Nothing that is a reply: no client can tell one too many from its own.
    private static byte[] Garbage(Random random) => random.Next(2) == 0 ? "$99999999999\r\n"u8.ToArray() : "!!! no reply\r\n"u8.ToArray();

    private static async Task BusyAsync(SoakRig rig, Random random)
    {
        // Nobody waits for it: SCRIPT KILL ends it.
        _ = rig.Server.CommandAsync("EVAL", "while true do end", "0");
        await RouteMiddleware.Tests.Kit.Eventually.HoldsAsync(async () => (await rig.Server.CommandAsync("GET", "soak")).StartsWith("BUSY", StringComparison.Ordinal));
    }

    private static async Task WrongPasswordAsync(SoakRig rig, Random random)
    {
        rig.Server.Password = Password;
        await rig.Server.CommandsAsync($"CONFIG SET requirepass {Password}", $"AUTH {Password}", "CLIENT KILL TYPE normal SKIPME yes");
    }

    private static async Task RightPasswordAsync(SoakRig rig)
    {
        await rig.Server.CommandAsync("CONFIG", "SET", "requirepass", "");
        rig.Server.Password = null;
    }
}
