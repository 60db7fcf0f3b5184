using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Middleware.Metrics;

/// <summary>Keeps what is wrong with the application's <c>MapMetrics</c> calls, to be told with all other faults of the start.</summary>
internal sealed class MetricsFaults : ICheckEndpoints
{
    private readonly List<RouteMiddlewareFault> _faults = [];
    private bool _isChecked;

    /// <summary>Keeps the faults of a call.</summary>
    /// <returns>What is mapped in the page's place. Nobody will ever ask it.</returns>
    /// <exception cref="RouteMiddlewareException">The start was checked already.</exception>
    public RequestDelegate Refuse(RouteMiddlewareException refusal)
    {
        if (_isChecked)
        {
            throw refusal;
        }

        _faults.AddRange(refusal.Faults);
        return _ => throw refusal;
    }

    public IEnumerable<RouteMiddlewareFault> Check(IReadOnlyList<Endpoint> endpoints)
    {
        _isChecked = true;
        return _faults;
    }
}
