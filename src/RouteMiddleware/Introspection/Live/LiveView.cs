using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Introspection.Live;

/// <summary>One who looks, until disposed.</summary>
internal sealed class LiveView(LiveFigures figures) : IDisposable
{
    private bool _hasLeft;

    public LiveBoard BoardOf(IReadOnlyList<Endpoint> endpoints) => figures.BoardOf(endpoints);

    public void Dispose()
    {
        if (!_hasLeft)
        {
            _hasLeft = true;
            figures.Leave();
        }
    }
}
