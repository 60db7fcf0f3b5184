using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// A middleware written as hooks: before the request goes on, as the answer's headers go out, and when something behind it threw.
/// Neighbouring hooks of a chain run as one, however many they are.
/// </summary>
/// <remarks>
/// Hooks may read <see cref="HttpRequest.Body"/> before the request goes on: what they read is there again for the handler.
/// </remarks>
public abstract class HookMiddleware : IJoinNeighbours
{
    private HookRun? _alone;
    private HookRun? _joined;

    /// <inheritdoc/>
    object? IJoinNeighbours.JoinKey => this is IEndpointFilter or IHandlerStageFactory ? null : typeof(HookMiddleware);

    /// <summary>Runs before the rest of the request. Default: goes on.</summary>
    /// <param name="context">The request.</param>
    /// <returns><see langword="null"/> to go on; a result to answer with it, so that nothing behind this middleware runs.</returns>
    public virtual ValueTask<IResult?> BeforeRequestAsync(HttpContext context) => default;

    /// <summary>
    /// Runs as the headers go out: status and headers can still be changed. Runs once for every middleware whose <see cref="BeforeRequestAsync"/> was
    /// called, innermost first, whoever answered. What it throws is logged, and the answer still goes out. Where an exception reaches the server unhandled,
    /// the server answers without asking anybody. Default: nothing.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that ends when the hook is done.</returns>
    public virtual ValueTask AfterResponseAsync(HttpContext context) => default;

    /// <summary>Runs when this middleware's <see cref="BeforeRequestAsync"/> or anything behind it threw. Default: goes on unwinding.</summary>
    /// <param name="context">The request.</param>
    /// <param name="exception">What was thrown.</param>
    /// <returns>
    /// A result to answer with it; <see langword="null"/> to go on unwinding. Once the answer has started, a result comes too late: it is
    /// dropped and the exception goes on.
    /// </returns>
    public virtual ValueTask<IResult?> OnErrorAsync(HttpContext context, Exception exception) => default;

    /// <inheritdoc/>
    Task IMiddleware.InvokeAsync(HttpContext context, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);

        // Two requests may both make one at first; either serves.
        return (_alone ??= new HookRun([this])).InvokeAsync(context, next);
    }

    /// <inheritdoc/>
    RequestDelegate IJoinNeighbours.Join(IReadOnlyList<IMiddleware> run, RequestDelegate next)
    {
        // Endpoints of one chain share the run.
        var hooks = _joined is { } known && known.IsOf(run) ? known : _joined = new HookRun([.. run.Cast<HookMiddleware>()]);
        return context => hooks.InvokeAsync(context, next);
    }
}
