using Microsoft.Extensions.Logging;

namespace RouteMiddleware.Middleware.Auth.Keys;

/// <summary>
/// One source for all who name the same issuer, whatever else their rules are. Outlives a reload of the options; one that nobody holds any more ends.
/// </summary>
internal sealed class IssuerKeySources(TimeProvider clock, ILogger<IssuerKeySources> logger) : IDisposable
{
    private readonly Dictionary<IssuerAddress, WeakReference<IssuerKeySource>> _sources = [];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private IssuerClient? _client;

    public IssuerKeySource Get(IssuerAddress address)
    {
        lock (_lock)
        {
            if (_sources.TryGetValue(address, out var known) && known.TryGetTarget(out var source))
            {
                return source;
            }

            foreach (var entry in _sources.Where(static entry => !entry.Value.TryGetTarget(out _)).ToArray())
            {
                _sources.Remove(entry.Key);
            }

            source = new IssuerKeySource(address, _client ??= new IssuerClient(clock), clock, logger, _stop.Token);
            _sources[address] = new WeakReference<IssuerKeySource>(source);
            source.Start();
            return source;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
        _client?.Dispose();
    }
}
