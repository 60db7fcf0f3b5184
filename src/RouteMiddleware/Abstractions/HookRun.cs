using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RouteMiddleware;

/// <summary>Neighbouring hooks of one chain as one middleware: at most one state machine for all of them, and one callback for the moment the headers go out.</summary>
internal sealed partial class HookRun
{
    private static readonly Func<object, Task> RunAfterHooks = static state => ((HookPass)state).RunAfterHooksAsync();

    // Found out once for each class, and not for each endpoint or request. Weak: a class that nobody uses any more is let go.
    private static readonly ConditionalWeakTable<Type, Written> Known = [];

    private readonly HookMiddleware[] _hooks;
    private readonly bool _hasAfterHooks;
    private readonly bool _hasBeforeHooks;

    public HookRun(HookMiddleware[] hooks)
    {
        _hooks = hooks;
        _hasAfterHooks = Array.Exists(hooks, static hook => WrittenOf(hook).After);
        _hasBeforeHooks = Array.Exists(hooks, static hook => WrittenOf(hook).Before);
    }

    /// <summary>Whether it runs exactly these.</summary>
    public bool IsOf(IReadOnlyList<IMiddleware> run) => _hooks.AsEnumerable<IMiddleware>().SequenceEqual(run, ReferenceEqualityComparer.Instance);

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HookPass? pass = null;

        if (_hasAfterHooks)
        {
            pass = HookPass.Rent(this, context);
            context.Response.OnStarting(RunAfterHooks, pass);
        }

        if (!_hasBeforeHooks)
        {
            pass?.Enter(_hooks.Length);
        }

        // A body that hooks may read, and whatever does not complete at once, takes the long way.
        var body = _hasBeforeHooks && RewindableBody.IsNeeded(context) ? new RewindableBody(context) : null;
        var entered = _hasBeforeHooks ? 0 : _hooks.Length;
        Task rest;

        try
        {
            while (entered < _hooks.Length)
            {
                var hook = _hooks[entered++];
                pass?.Enter(entered);
                var pending = hook.BeforeRequestAsync(context);

                if (!pending.IsCompletedSuccessfully)
                {
                    return FinishAsync(context, next, pass, body, entered, pending);
                }

                if (pending.Result is { } answer)
                {
                    return FinishAsync(context, next, pass, body, entered, new(answer));
                }

                body = body?.Renew();
            }

            pass?.EndEntering();
            body?.Rewind();
            rest = next(context);

            if (rest.IsCompletedSuccessfully)
            {
                return rest;
            }
        }
        catch (Exception exception)
        {
            rest = Task.FromException(exception);
        }

        return AwaitAsync(context, rest, body, entered);
    }

    /// <summary>Runs the after-hooks of those that were entered, innermost first.</summary>
    public Task RunAfterHooksAsync(HttpContext context, int entered)
    {
        while (entered > 0)
        {
            var hook = _hooks[--entered];

            try
            {
                var pending = hook.AfterResponseAsync(context);

                if (!pending.IsCompletedSuccessfully)
                {
                    return AwaitAfterHooksAsync(context, entered, pending);
                }
            }
            catch (Exception exception)
            {
                // A failing after-hook takes neither the answer nor the other hooks with it.
                Log.AfterHookFailed(LoggerOf(context), exception, hook.GetType());
            }
        }

        return Task.CompletedTask;
    }

    private async Task AwaitAfterHooksAsync(HttpContext context, int index, ValueTask pending)
    {
        try
        {
            await pending.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.AfterHookFailed(LoggerOf(context), exception, _hooks[index].GetType());
        }

        await RunAfterHooksAsync(context, index).ConfigureAwait(false);
    }

    private static Written WrittenOf(HookMiddleware hook)
    {
        if (!Known.TryGetValue(hook.GetType(), out var written))
        {
            Known.AddOrUpdate(hook.GetType(), written = new(Overrides(hook.BeforeRequestAsync), Overrides(hook.AfterResponseAsync)));
        }

        return written;
    }

    private static bool Overrides(Delegate method) => method.Method.DeclaringType != typeof(HookMiddleware);

    private async Task AwaitAsync(HttpContext context, Task rest, RewindableBody? body, int entered)
    {
        try
        {
            await rest.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            body?.Rewind();
            var left = await UnwindAsync(context, exception, entered).ConfigureAwait(false);

            if (ReferenceEquals(left, exception))
            {
                throw;
            }

            if (left is not null)
            {
                ExceptionDispatchInfo.Throw(left);
            }
        }
    }

    // Goes on where a before-hook waits, failed, or answers.
    private async Task FinishAsync(HttpContext context, RequestDelegate next, HookPass? pass, RewindableBody? body, int entered, ValueTask<IResult?> pending)
    {
        try
        {
            var answer = await pending.ConfigureAwait(false);

            while (entered < _hooks.Length && answer is null)
            {
                body = body?.Renew();
                var hook = _hooks[entered++];
                pass?.Enter(entered);
                answer = await hook.BeforeRequestAsync(context).ConfigureAwait(false);
            }

            pass?.EndEntering();
            body?.Rewind();
            await (answer is null ? next(context) : answer.ExecuteAsync(context)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            body?.Rewind();
            var left = await UnwindAsync(context, exception, entered).ConfigureAwait(false);

            if (ReferenceEquals(left, exception))
            {
                throw;
            }

            if (left is not null)
            {
                ExceptionDispatchInfo.Throw(left);
            }
        }
    }

    // Asks those that were entered, innermost first, as nested middleware would be: what one of them throws, the next one sees. Returns what nobody answered.
    private async ValueTask<Exception?> UnwindAsync(HttpContext context, Exception exception, int entered)
    {
        for (var i = entered - 1; i >= 0; i--)
        {
            try
            {
                if (await _hooks[i].OnErrorAsync(context, exception).ConfigureAwait(false) is not { } answer)
                {
                    continue;
                }

                if (context.Response.HasStarted)
                {
                    Log.AnswerTooLate(LoggerOf(context), exception, _hooks[i].GetType());
                    return exception;
                }

                await AnswerAsync(context, exception, answer).ConfigureAwait(false);
                return null;
            }
            catch (Exception another)
            {
                Log.ErrorHookFailed(LoggerOf(context), exception, _hooks[i].GetType());
                exception = another;
            }
        }

        return exception;
    }

    private static Task AnswerAsync(HttpContext context, Exception exception, IResult answer)
    {
        FailedAnswer.Replace(context, exception);
        return answer.ExecuteAsync(context);
    }

    private static ILogger LoggerOf(HttpContext context)
        => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(HookMiddleware).FullName!);

    // Which hooks a class overrides.
    private sealed record Written(bool Before, bool After);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The after-hook of '{Hook}' failed; the answer went out without it.", EventName = "AfterHookFailed")]
        public static partial void AfterHookFailed(ILogger logger, Exception exception, Type hook);

        [LoggerMessage(3, LogLevel.Error, "'{Hook}' failed while it was to answer this error; what it threw goes on in its place.", EventName = "ErrorHookFailed")]
        public static partial void ErrorHookFailed(ILogger logger, Exception exception, Type hook);

        [LoggerMessage(2, LogLevel.Warning, "'{Hook}' wanted to answer an error, but the answer had already started; the error goes on.", EventName = "AnswerTooLate")]
        public static partial void AnswerTooLate(ILogger logger, Exception exception, Type hook);
    }
}
