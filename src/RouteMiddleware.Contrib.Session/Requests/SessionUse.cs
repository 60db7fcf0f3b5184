using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>From when to when one request may use its session.</summary>
internal abstract class SessionUse(SessionRules rules, HttpContext context)
{
    private static readonly Func<object, Task> CloseLater = static use =>
    {
        ((SessionUse)use).Close();
        return Task.CompletedTask;
    };

    private bool _isOver;

    public SessionRules Rules { get; } = rules;

    public HttpContext Context { get; } = context;

    /// <summary>Whether anything was asked of the session.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Whether the session's headers are still to be put on the answer.</summary>
    protected bool IsAnswerPending { get; private set; }

    /// <summary>Whether the pipeline inside the session is through.</summary>
    protected bool IsThrough { get; set; }

    /// <summary>The session's headers are about to be put on the answer: what changes from now on needs another look.</summary>
    public void BeginAnswer() => IsAnswerPending = false;

    /// <summary>
    /// The pipeline inside the session is through. Whoever keeps the session beyond its request gets an error, not another request's data; until the
    /// headers are out, hooks may still use it.
    /// </summary>
    public void End()
    {
        IsThrough = true;

        if (Context.Response.HasStarted)
        {
            Close();
        }
        else
        {
            Context.Response.OnCompleted(CloseLater, this);
        }
    }

    /// <summary>The request needs the session no longer.</summary>
    public abstract void Release();

    protected void BeginUse()
    {
        if (_isOver)
        {
            throw new InvalidOperationException("The request of this session is over. Copy what is needed out of the session while the request runs.");
        }

        if (!IsUsed)
        {
            IsUsed = true;

            if (!Context.Response.HasStarted)
            {
                AwaitAnswer();
            }
        }
    }

    protected void AwaitAnswer()
    {
        IsAnswerPending = true;
        Context.Response.OnStarting(SessionSaving.OnStarting, this);
    }

    private void Close()
    {
        Release();
        _isOver = true;
    }
}
