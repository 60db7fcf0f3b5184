using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Benchmarks.Pipeline;

/// <summary>A response that runs its OnStarting callbacks, as a server does when the headers go out; the default feature forgets them.</summary>
internal sealed class FiringResponse : HttpResponseFeature
{
    private readonly (Func<object, Task> Callback, object State)[] _callbacks = new (Func<object, Task>, object)[16];
    private int _count;

    public override void OnStarting(Func<object, Task> callback, object state) => _callbacks[_count++] = (callback, state);

    public async ValueTask SendHeadersAsync()
    {
        while (_count > 0)
        {
            var (callback, state) = _callbacks[--_count];
            await callback(state);
        }
    }
}
