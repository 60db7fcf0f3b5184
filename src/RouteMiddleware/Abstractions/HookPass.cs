using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// What the after-hooks of one request need: how far the request came. Used again by the next request on the same thread, so that a request
/// that completes at once costs no memory.
/// </summary>
internal sealed class HookPass
{
    // As the runtime's own StringBuilderCache: a slot per thread needs no lock, and a lost object is only garbage.
    [ThreadStatic]
    private static HookPass? _free;

    private HookRun? _run;
    private HttpContext? _context;
    private int _entered;
    private volatile bool _isEnteringDone;

    private HookPass()
    {
    }

    public static HookPass Rent(HookRun run, HttpContext context)
    {
        var pass = _free ?? new HookPass();
        _free = null;
        pass._run = run;
        pass._context = context;
        return pass;
    }

    public void Enter(int count) => _entered = count;

    /// <summary>Says that no further hook is entered. The pass belongs to the after-hooks from here on.</summary>
    public void EndEntering() => _isEnteringDone = true;

    public Task RunAfterHooksAsync()
    {
        var (run, context, entered) = (_run!, _context!, _entered);

        // A hook that started the answer itself is still being counted: then the pass can't serve another request.
        if (_isEnteringDone)
        {
            _run = null;
            _context = null;
            _entered = 0;
            _isEnteringDone = false;
            _free = this;
        }

        return run.RunAfterHooksAsync(context, entered);
    }
}
