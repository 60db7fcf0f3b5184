using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using StackExchange.Redis;

namespace RouteMiddleware.Contrib.Redis.Connections;

/// <summary>Lets calls through to the connection of the moment, or fails them at once. Connects from its making on, which is its first use.</summary>
internal sealed class RedisConnection : IRedisConnection, IAsyncDisposable, IDisposable
{
    private const int KeptCalls = 256;

    private readonly RedisSettings _settings;
    private readonly CallMonitor _monitor;
    private readonly LinkSupervisor? _supervisor;
    private readonly ObjectPool<EvaluateCall> _calls;
    private int _disposals;

    public RedisConnection(IServiceProvider services, ISharedOptions options, IServiceProviderIsService registered, RedisUse use, ILogger<IRedisConnection> logger, IMeterFactory? meters = null)
        : this(services, new RedisSettings(options, registered), TimeProvider.System, logger, meters)
        => use.Connection = this;

    // The clock of the application may stand still in a test; the network behind it does not, and a deadline must end all the same.
    internal RedisConnection(IServiceProvider services, RedisSettings settings, TimeProvider clock, ILogger logger, IMeterFactory? meters)
    {
        _settings = settings;
        _monitor = new(clock, logger, meters);
        _calls = Pool(_monitor);

        if (IsConfigured)
        {
            _supervisor = new(settings, new LinkFactory(settings, services, clock), _monitor.Circuit, clock, logger);
            _monitor.Tell(_supervisor);
        }
    }

    public bool IsConfigured => _settings.IsRegistered || _settings.Client is not null;

    // Before the first attempt is over a call waits for it, within its own time.
    public bool IsAvailable => (_supervisor?.Link is not null || IsBeforeFirst) && _monitor.Circuit.State != CircuitState.Open;

    public string KeyPrefix => _settings.Options.KeyPrefix;

    /// <summary>Whether calls are let through.</summary>
    internal CircuitState Circuit => _monitor.Circuit.State;

    /// <summary>Why there is no connection, for people and without secrets; <see langword="null"/>: there is one.</summary>
    internal string? Reason => _supervisor is null ? "nothing says where it is" : _supervisor.Reason ?? (_supervisor.Link is null ? "the first attempt is not over" : null);

    /// <summary>Where Redis is, for people and without secrets.</summary>
    internal string Place => _settings.Place;

    /// <summary>What the server throws away when its memory is full, where that is any key.</summary>
    internal string? DangerousPolicy => _supervisor?.DangerousPolicy;

    /// <summary>Ends when the first attempt to connect is over.</summary>
    internal Task Tried => _supervisor?.Tried ?? Task.CompletedTask;

    /// <summary>Ends when there is a connection.</summary>
    internal Task Connected => _supervisor?.Connected ?? Task.CompletedTask;

    internal TimeSpan ConnectTimeout => _settings.Options.ConnectTimeout;

    public ValueTask<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);

        var startedAt = _monitor.Clock.GetTimestamp();
        return IsBeforeFirst
            ? EvaluateAfterFirstAsync(script, keys, values, startedAt, timeout, cancellationToken)
            : Evaluate(script, keys, values, startedAt, timeout, cancellationToken);
    }

    public ValueTask<T> CallAsync<T>(string operation, Func<IDatabase, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentNullException.ThrowIfNull(call);

        var startedAt = _monitor.Clock.GetTimestamp();
        return IsBeforeFirst
            ? CallAfterFirstAsync(operation, call, startedAt, timeout, cancellationToken)
            : Call(operation, call, startedAt, timeout, cancellationToken);
    }

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _disposals, 1) == 0 && _supervisor is { } supervisor ? supervisor.DisposeAsync() : default;

    // For a container that is disposed of in the old way: it would throw without. Nothing of the end waits for a thread that is held here.
    public void Dispose() => Task.Run(() => DisposeAsync().AsTask()).GetAwaiter().GetResult();

    private static DefaultObjectPool<EvaluateCall> Pool(CallMonitor monitor)
    {
        var policy = new EvaluateCallPolicy(monitor);
        return policy.Pool = new(policy, KeptCalls);
    }

    // An application that has just started gives its first requests a chance, within their own time.
    private bool IsBeforeFirst => _supervisor is { Tried.IsCompleted: false };

    private async Task WaitForFirstAsync(TimeSpan timeout, CancellationToken cancellationToken)
        => await _supervisor!.Tried.WaitAsync(timeout, _monitor.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private ValueTask<RedisResult> Evaluate(RedisScript script, RedisKey[] keys, RedisValue[] values, long startedAt, TimeSpan timeout, CancellationToken cancellationToken)
        => TryEnter(script.Name, out var link, out var isTrial) is { } fault
            ? ValueTask.FromException<RedisResult>(fault)
            : _calls.Get().With(script, keys, values).Run(link!, script.Name, isTrial, startedAt, timeout, cancellationToken);

    private ValueTask<T> Call<T>(string operation, Func<IDatabase, Task<T>> call, long startedAt, TimeSpan timeout, CancellationToken cancellationToken)
        => TryEnter(operation, out var link, out var isTrial) is { } fault
            ? ValueTask.FromException<T>(fault)
            : new CommandCall<T>(_monitor, call).Run(link!, operation, isTrial, startedAt, timeout, cancellationToken);

    private async ValueTask<RedisResult> EvaluateAfterFirstAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, long startedAt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await WaitForFirstAsync(timeout, cancellationToken).ConfigureAwait(false);
        return await Evaluate(script, keys, values, startedAt, timeout, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<T> CallAfterFirstAsync<T>(string operation, Func<IDatabase, Task<T>> call, long startedAt, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await WaitForFirstAsync(timeout, cancellationToken).ConfigureAwait(false);
        return await Call(operation, call, startedAt, timeout, cancellationToken).ConfigureAwait(false);
    }

    private RedisUnavailableException? TryEnter(string operation, out RedisLink? link, out bool isTrial)
    {
        isTrial = false;
        link = _supervisor?.Link;

        if (link is null)
        {
            return _monitor.NotSent(operation, RedisFailure.NotConnected);
        }

        if (!_monitor.Circuit.TryEnter(out isTrial))
        {
            return _monitor.NotSent(operation, RedisFailure.CircuitOpen);
        }

        if (!link.TryBegin())
        {
            _monitor.Circuit.Unknown(isTrial);
            return _monitor.NotSent(operation, RedisFailure.Overloaded);
        }

        return null;
    }

    private sealed class EvaluateCallPolicy(CallMonitor monitor) : IPooledObjectPolicy<EvaluateCall>
    {
        public DefaultObjectPool<EvaluateCall> Pool { get; set; } = null!;

        public EvaluateCall Create() => new(monitor, Pool);

        public bool Return(EvaluateCall obj) => true;
    }
}
