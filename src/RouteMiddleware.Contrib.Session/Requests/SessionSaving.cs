using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using RouteMiddleware.Contrib.Session.Engines;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>
/// Saves a used session before the first byte of the answer goes out, and puts its headers on the answer. A changed session stands in the way of the
/// body (<see cref="SavingBody"/>), so that a save that fails can still become a refusal, whatever kind of endpoint answers.
/// </summary>
internal sealed partial class SessionSaving
{
    /// <summary>Runs for a used session when the headers go out; its argument is the <see cref="SessionState"/>.</summary>
    public static readonly Func<object, Task> OnStarting = static state => AnswerAsync((SessionState)state);

    private readonly SessionState _state;
    private readonly HttpContext _context;
    private IHttpResponseBodyFeature? _outerBody;
    private SavingBody? _body;
    private ExceptionDispatchInfo? _failure;
    private string? _setCookie;
    private string? _sentCookie;
    private Refusal? _refusal;

    public SessionSaving(SessionState state)
    {
        _state = state;
        _context = state.Context;
    }

    /// <summary>Whether the end of the request has work for this.</summary>
    public bool IsPending => _body is not null || _failure is not null;

    /// <summary>The session is about to change: from here on the body waits for the save.</summary>
    public void Begin()
    {
        if (_body is null && _context.Features.Get<IHttpResponseBodyFeature>() is { } outer)
        {
            _outerBody = outer;
            _body = new(outer, this);
            _context.Features.Set<IHttpResponseBodyFeature>(_body);
        }
    }

    /// <summary>
    /// How the request is refused where the session failed it: after a failed save in any case, else where nobody caught the exception. A session that grew too large is the application's fault in development, where the
    /// exception tells it, and the client's in production.
    /// </summary>
    public static Refusal? RefusalOf(Exception exception, SessionState state)
        => state.Saving?._refusal ?? exception switch
        {
            SessionUnavailableException => state.Rules.Refusals.StoreFailed,
            SessionTooLargeException when !state.Rules.InDevelopment => state.Rules.Refusals.TooLarge,
            _ => null,
        };

    /// <summary>Saves what changed, if the answer's status lets it stand.</summary>
    public ValueTask SaveAsync()
    {
        _failure?.Throw();

        if (!_state.NeedsSave)
        {
            return default;
        }

        // A handler that failed did not mean what it had changed so far.
        if (_context.Response.StatusCode >= StatusCodes.Status500InternalServerError || _context.Features.Get<IExceptionHandlerFeature>() is not null)
        {
            _state.DiscardChanges();
            return default;
        }

        if (_state.Rules.Cookie.NeedsHttps && !_context.Request.IsHttps)
        {
            var exception = new InvalidOperationException($"The session can't be saved: the cookie '{_state.Rules.Cookie.Name}' may be sent over https only, and this request came over http.");
            Log.NeedsHttps(_state.Rules.Logger, _state.Rules.Cookie.Name);
            Fail(exception, _state.Rules.Refusals.NeedsHttps);
            throw exception;
        }

        return SaveToEngineAsync();
    }

    /// <summary>Takes over what the engine wrote: the cookie that goes out with the headers.</summary>
    public void Accept(SavedSession saved)
    {
        _state.Accept(saved);

        switch (saved.Outcome)
        {
            case SaveOutcome.Saved:
                var age = _state.Rules.Lifetimes.CookieAge(saved.Session.Record!, _state.Rules.Now);
                _setCookie = _state.Rules.Cookie.Set(saved.CookieValue!, age, _context.Request.IsHttps);
                break;
            case SaveOutcome.Emptied:
                _setCookie = _state.HasCookie ? _state.Rules.Cookie.Delete(_context.Request.IsHttps) : null;
                break;
            case SaveOutcome.Dropped:
                Log.WriteDropped(_state.Rules.Logger, _context.Request.Path);
                break;
        }
    }

    /// <summary>The handler is through: saves where no byte went out yet, and lets what was buffered go.</summary>
    public async ValueTask CompleteAsync()
    {
        if (!_context.Response.HasStarted)
        {
            await SaveAsync().ConfigureAwait(false);
        }

        if (_body is { } body)
        {
            RemoveBody();
            await body.DrainAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The handler threw: what it changed is forgotten.</summary>
    public void Abandon()
    {
        _state.DiscardChanges();
        RemoveBody();
    }

    /// <summary>What failed has been told to whoever answers instead; that answer may save anew.</summary>
    public void Reopen()
    {
        _failure = null;
        _refusal = null;
    }

    private void RemoveBody()
    {
        if (_body is not null && ReferenceEquals(_context.Features.Get<IHttpResponseBodyFeature>(), _body))
        {
            _context.Features.Set(_outerBody);
        }

        _body = null;
    }

    private async ValueTask SaveToEngineAsync()
    {
        try
        {
            Accept(await _state.Rules.Store.RunAsync(
                () => _state.Rules.Engine.SaveAsync(_state.MakeSave(), CancellationToken.None),
                "save",
                CancellationToken.None).ConfigureAwait(false));
            _state.DiscardChanges();
        }
        catch (Exception exception) when (exception is SessionTooLargeException or SessionUnavailableException)
        {
            Fail(exception, RefusalOf(exception, _state));
            throw;
        }
    }

    // Nothing of this request is kept, whatever the handler still does.
    private void Fail(Exception exception, Refusal? refusal)
    {
        _failure = ExceptionDispatchInfo.Capture(exception);
        _refusal = refusal;
        _setCookie = null;
        _state.DiscardChanges();
    }

    private static Task AnswerAsync(SessionState state)
    {
        state.BeginAnswer();

        if (state.Saving is not null || state.NeedsSave)
        {
            return state.BeginSaving().AnswerAsync();
        }

        AppendVary(state.Context.Response.Headers);
        state.Release();
        return Task.CompletedTask;
    }

    private async Task AnswerAsync()
    {
        // Only where nothing stood in the way of the body: it was taken before the session changed, or the connection is upgraded.
        if (_failure is null)
        {
            await SaveAsync().ConfigureAwait(false);
        }

        var headers = _context.Response.Headers;
        AppendVary(headers);

        RemoveCookie(headers);

        if (_setCookie is { } cookie)
        {
            headers.Append("Set-Cookie", cookie);
            headers.CacheControl = "no-store";
            _sentCookie = cookie;
        }

        // Nothing can be written from here on, so the next request of this session need not wait for the rest of the answer.
        _state.Release();
    }

    // Of two cookies of one name the later is the true one.
    private void RemoveCookie(IHeaderDictionary headers)
    {
        if (_sentCookie is not null)
        {
            headers.SetCookie = headers.SetCookie.Where(line => !string.Equals(line, _sentCookie, StringComparison.Ordinal)).ToArray();
        }
    }

    private static void AppendVary(IHeaderDictionary headers)
    {
        foreach (var line in headers.Vary)
        {
            foreach (var part in (line ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (part == "*" || part.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
                {
                    return;
                }
            }
        }

        headers.Append("Vary", "Cookie");
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The session was not saved: the cookie '{Cookie}' may be sent over https only, and the request came over http.", EventName = "NeedsHttps")]
        public static partial void NeedsHttps(ILogger logger, string cookie);

        [LoggerMessage(2, LogLevel.Warning, "'{Path}' changed a session that another request had ended or rotated meanwhile: the change was dropped (reason=session_gone).", EventName = "WriteDropped")]
        public static partial void WriteDropped(ILogger logger, PathString path);
    }
}
