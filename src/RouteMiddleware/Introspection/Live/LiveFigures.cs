using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Pipeline;

namespace RouteMiddleware.Introspection.Live;

/// <summary>Counts while somebody looks, and holds nothing before and after.</summary>
internal sealed class LiveFigures(Observation observation, ChainPlans chains, TimeProvider clock, IMeterFactory? meters = null) : IDisposable
{
    /// <summary>How many may look at once.</summary>
    public const int MostViewers = 16;

    private readonly Lock _lock = new();
    private LiveBoard? _board;
    private int _viewers;

    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Begins to look.</summary>
    /// <param name="endpoints">The endpoints, if nobody looks yet.</param>
    /// <returns>What ends it when it is disposed; <see langword="null"/> where as many look as may.</returns>
    public LiveView? TryJoin(IReadOnlyList<Endpoint> endpoints)
    {
        lock (_lock)
        {
            if (_viewers >= MostViewers)
            {
                return null;
            }

            if (_viewers++ == 0)
            {
                Begin(endpoints);
            }

            return new LiveView(this);
        }
    }

    /// <summary>What is counted now. Anew from zero where the endpoints are others than when it began.</summary>
    internal LiveBoard BoardOf(IReadOnlyList<Endpoint> endpoints)
    {
        lock (_lock)
        {
            if (_board is null || !ReferenceEquals(_board.Endpoints, endpoints))
            {
                Begin(endpoints);
            }

            return _board!;
        }
    }

    internal void Leave()
    {
        lock (_lock)
        {
            if (--_viewers == 0)
            {
                Dispose();
            }
        }
    }

    /// <summary>Ends it for all, when the application is disposed of.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            observation.Watcher = null;
            _board?.Dispose();
            _board = null;
        }
    }

    private void Begin(IReadOnlyList<Endpoint> endpoints)
    {
        _board?.Dispose();
        observation.Watcher = _board = new LiveBoard(endpoints, chains.Of, meters, clock);
    }
}
