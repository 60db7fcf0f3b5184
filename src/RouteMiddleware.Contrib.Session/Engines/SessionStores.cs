using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Sealing;

namespace RouteMiddleware.Contrib.Session.Engines;

/// <summary>What all attachments of one application share: the sessions in memory, the list of ended ones, and what is told of refused cookies.</summary>
internal sealed class SessionStores : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, MemoryStore> _memory = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ISessionDirectory> _directories = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;
    private int _warned;

    [SuppressMessage("Reliability", "CA2000", Justification = "The meter belongs to the meter factory, or lives as long as the process.")]
    public SessionStores(IServiceProvider services, TimeProvider clock, ILogger<RefusedCookies> logger)
    {
        _clock = clock;
        Meter = services.GetService<IMeterFactory>()?.Create("RouteMiddleware") ?? new Meter("RouteMiddleware");
        Refused = new(clock, Meter, logger);
        DataProtection = new(services);
        Ended = new(clock);
        _sweep = clock.CreateTimer(static state => ((SessionStores)state!).Sweep(), this, SweepEvery, SweepEvery);
    }

    public Meter Meter { get; }

    public RefusedCookies Refused { get; }

    public RevokedSessions Revoked { get; } = new();

    public DataProtectionSource DataProtection { get; }

    /// <summary>The users whose sessions were all ended on this instance.</summary>
    public EndedUsers Ended { get; }

    /// <summary>The sessions of all attachments, by their users.</summary>
    public IReadOnlyCollection<ISessionDirectory> Directories => [.. _directories.Values];

    public MemoryStore Memory(string cookieName) => _memory.GetOrAdd(cookieName, static _ => new());

    /// <summary>Makes a store's sessions known; attachments of one kind and cookie name share it.</summary>
    public void Register(SessionEngineKind kind, string cookieName, ISessionDirectory directory) => _directories[kind == SessionEngineKind.Signing ? "" : $"{kind} {cookieName}"] = directory;

    /// <summary>Whether this is the first time that something worth one warning per application was noticed.</summary>
    public bool IsFirstWarning() => Interlocked.Exchange(ref _warned, 1) == 0;

    public void Dispose()
    {
        _sweep.Dispose();
        DataProtection.Dispose();
    }

    private void Sweep()
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        Revoked.Sweep(now);
        Ended.Sweep(now);

        foreach (var (_, store) in _memory)
        {
            store.Sweep(now);
        }
    }
}
