using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>What the rest of the chain wants to do when its answer begins: run last registered first, as the server does.</summary>
internal sealed class StartingCallbacks
{
    private readonly List<(Func<object, Task> Callback, object State)> _callbacks = [];

    public void Add(Func<object, Task> callback, object state) => _callbacks.Add((callback, state));

    public async ValueTask RunAsync()
    {
        // A callback may register another.
        while (_callbacks.Count > 0)
        {
            var (callback, state) = _callbacks[^1];
            _callbacks.RemoveAt(_callbacks.Count - 1);
            await callback(state).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves them to the server: the answer is somebody else's.</summary>
    public void HandOver(IHttpResponseFeature server)
    {
        if (!server.HasStarted)
        {
            foreach (var (callback, state) in _callbacks)
            {
                server.OnStarting(callback, state);
            }
        }

        _callbacks.Clear();
    }
}
