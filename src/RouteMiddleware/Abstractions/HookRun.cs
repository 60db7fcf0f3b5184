using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware;

/// <summary>Neighbouring hooks of one chain as one middleware: one state machine for all of them, and one callback for the moment the headers go out.</summary>
internal sealed partial class HookRun
{
    private static readonly Func<object, Task> RunAfterHooks = static state => ((HookPass)state).RunAfterHooksAsync();

    private readonly HookMiddleware[] _hooks;
    private readonly bool _hasAfterHooks;
    private readonly bool _hasBeforeHooks;

    public HookRun(HookMiddleware[] hooks)
    {
        _hooks = hooks;
        _hasAfterHooks = Array.Exists(hooks, static hook => Overrides(hook.AfterResponseAsync));
        _hasBeforeHooks = Array.Exists(hooks, static hook => Overrides(hook.BeforeRequestAsync));
    }

    internal ReadOnlySpan<HookMiddleware> Hooks => _hooks;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HookPass? pass = null;

        if (_hasAfterHooks)
        {
            pass = new HookPass(this, context);
            context.Response.OnStarting(RunAfterHooks, pass);
        }

        var body = _hasBeforeHooks && RewindableBody.IsNeeded(context) ? new RewindableBody(context) : null;
        var hooks = _hooks;
        var entered = 0;

        try
        {
            IResult? answer = null;

            while (entered < hooks.Length && answer is null)
            {
                var hook = hooks[entered++];

                if (pass is not null)
                {
                    pass.Entered = entered;
                }

                answer = await hook.BeforeRequestAsync(context).ConfigureAwait(false);
            }

            body?.Rewind();
            await (answer is null ? next(context) : answer.ExecuteAsync(context)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            body?.Rewind();

            if (!await TryAnswerAsync(context, exception, entered).ConfigureAwait(false))
            {
                throw;
            }
        }
    }

    private static bool Overrides(Delegate method) => method.Method.DeclaringType != typeof(HookMiddleware);

    private async ValueTask<bool> TryAnswerAsync(HttpContext context, Exception exception, int entered)
    {
        for (var i = entered - 1; i >= 0; i--)
        {
            if (await _hooks[i].OnErrorAsync(context, exception).ConfigureAwait(false) is not { } answer)
            {
                continue;
            }

            if (context.Response.HasStarted)
            {
                Log.AnswerTooLate(LoggerOf(context), exception, _hooks[i].GetType());
                return false;
            }

            context.Response.StatusCode = StatusCodes.Status200OK;
            RemoveContentHeaders(context.Response.Headers);
            await answer.ExecuteAsync(context).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    // What the failed handler said of its own content is not true of the answer that takes its place; what outer middleware set stays.
    private static void RemoveContentHeaders(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.Remove("Content-Type");
        headers.Remove("Content-Encoding");
        headers.Remove("Content-Range");
        headers.Remove("Content-Disposition");
        headers.Remove("Content-Language");
        headers.Remove("ETag");
        headers.Remove("Last-Modified");
        headers.Remove("Cache-Control");
        headers.Remove("Expires");
    }

    private static ILogger LoggerOf(HttpContext context)
        => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(HookMiddleware).FullName!);

    /// <summary>What one request's after-hooks need: how far the request came.</summary>
    private sealed class HookPass(HookRun run, HttpContext context)
    {
        public int Entered { get; set; }

        [SuppressMessage("Design", "CA1031", Justification = "A failing after-hook is logged, and the answer and the other hooks go on: that is the contract of AfterResponseAsync.")]
        public async Task RunAfterHooksAsync()
        {
            for (var i = Entered - 1; i >= 0; i--)
            {
                try
                {
                    await run._hooks[i].AfterResponseAsync(context).ConfigureAwait(false);
                }
                catch (Exception exception)
                {
                    Log.AfterHookFailed(LoggerOf(context), exception, run._hooks[i].GetType());
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The after-hook of '{Hook}' failed; the answer went out without it.", EventName = "AfterHookFailed")]
        public static partial void AfterHookFailed(ILogger logger, Exception exception, Type hook);

        [LoggerMessage(2, LogLevel.Warning, "'{Hook}' wanted to answer an error, but the answer had already started; the error goes on.", EventName = "AnswerTooLate")]
        public static partial void AnswerTooLate(ILogger logger, Exception exception, Type hook);
    }
}
