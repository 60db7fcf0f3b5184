using Microsoft.AspNetCore.Http;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>Brings in one request's session: at the first use where that takes no waiting, else when it is awaited.</summary>
internal sealed class SessionLoading(SessionRules rules, HttpContext context)
{
    private LoadedSession _held;
    private bool _isLoaded;

    /// <summary>The session as the engine found or last saved it.</summary>
    public LoadedSession Loaded { get; private set; }

    /// <summary>Whether the store failed and the request goes on without it.</summary>
    public bool IsUnavailable { get; private set; }

    public bool IsLoaded => _isLoaded;

    /// <summary>Whether the request brought a cookie of the session's name, valid or not.</summary>
    public bool HasCookie => Cookies.Any();

    private CookieValues Cookies => new(context.Request.Headers.Cookie, rules.Cookie.Name);

    public void Ensure()
    {
        if (_isLoaded)
        {
            return;
        }

        if (rules.Engine.LoadsAtOnce)
        {
            var loading = rules.Engine.LoadAsync(Cookies, CancellationToken.None);
            Accept(loading.IsCompleted ? loading.Result : throw new InvalidOperationException("The engine promised to load at once."));
            return;
        }

        // Whoever brings no cookie has no session, and costs no call to the store.
        Accept(HasCookie
            ? throw new InvalidOperationException("The session is not loaded yet. Take RouteSession as a parameter of the handler, or await its LoadAsync() before its other members.")
            : default);
    }

    public ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (!_isLoaded && !rules.Engine.LoadsAtOnce && HasCookie)
        {
            return new(LoadFromStoreAsync(cancellationToken));
        }

        Ensure();
        return default;
    }

    /// <summary>What was saved is what stands now.</summary>
    public void Take(SavedSession saved)
        // A session that is gone stays gone for the rest of the request.
        => Loaded = saved.Outcome == SaveOutcome.Dropped ? new(default, null, null, WasRotated: true) : saved.Session;

    /// <summary>The request needs the session no longer.</summary>
    public void Release()
    {
        if (_held.Handle is not null)
        {
            rules.Engine.Release(_held);
            _held = default;
        }
    }

    private async Task LoadFromStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            Accept(await rules.Store.RunAsync(() => rules.Engine.LoadAsync(Cookies, cancellationToken), "load", cancellationToken, bounded: !rules.Engine.TakesTurns).ConfigureAwait(false));
        }
        catch (SessionUnavailableException) when (rules.Degrades)
        {
            IsUnavailable = true;
            _isLoaded = true;
        }
    }

    private void Accept(LoadedSession loaded)
    {
        Loaded = loaded;
        _held = loaded;
        _isLoaded = true;
    }
}
