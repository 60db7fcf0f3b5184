using Microsoft.AspNetCore.Http;
using RouteMiddleware.Contrib.Session.Cookies;
using RouteMiddleware.Contrib.Session.Engines;

namespace RouteMiddleware.Contrib.Session.Requests;

/// <summary>Brings in one request's session: at the first use where that takes no waiting, else when it is awaited.</summary>
internal abstract class SessionLoading(SessionRules rules, HttpContext context) : SessionUse(rules, context)
{
    private object? _held;
    private bool _isLoaded;

    /// <summary>The session as the engine found or last saved it.</summary>
    public LoadedSession Loaded { get; private set; }

    /// <summary>Whether the store failed and the request goes on without it.</summary>
    public bool IsUnavailable { get; private set; }

    /// <summary>Whether the request brought a cookie of the session's name, valid or not.</summary>
    public bool HasCookie => Cookies.Any();

    /// <summary>The tenant of the request.</summary>
    protected string? Tenant => Context.Features.Get<ITenantFeature>()?.TenantId;

    private CookieValues Cookies => new(Context.Request.Headers.Cookie, Rules.Cookie.Name);

    protected void EnsureLoaded()
    {
        if (_isLoaded)
        {
            return;
        }

        if (Rules.Engine.LoadsAtOnce)
        {
            var loading = Rules.Engine.LoadAsync(Cookies, CancellationToken.None);
            Accept(loading.IsCompleted ? loading.Result : throw new InvalidOperationException("The engine promised to load at once."));
            return;
        }

        // Also where the request brings no cookie: what works at the first visit must not fail at the second.
        throw new InvalidOperationException("The session is not loaded yet. Take RouteSession as a parameter of the handler, or await its LoadAsync() before its other members.");
    }

    protected ValueTask BeginLoadAsync(CancellationToken cancellationToken)
    {
        if (_isLoaded || Rules.Engine.LoadsAtOnce)
        {
            EnsureLoaded();
            return default;
        }

        if (HasCookie)
        {
            return new(LoadFromStoreAsync(cancellationToken));
        }

        // Whoever brings no cookie has no session, and costs no call to the store.
        Accept(default);
        return default;
    }

    /// <summary>What was saved is what stands now.</summary>
    protected void Take(SavedSession saved)
        // A session that is gone stays gone for the rest of the request.
        => Loaded = saved.Outcome == SaveOutcome.Dropped ? new(default, null, null, WasRotated: true) : saved.Session;

    /// <inheritdoc/>
    public override void Release()
    {
        if (_held is not null)
        {
            Rules.Engine.Release(_held);
            _held = null;
        }
    }

    private async Task LoadFromStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            Accept(await Rules.Store.RunAsync(() => Rules.Engine.LoadAsync(Cookies, cancellationToken), "load", cancellationToken, bounded: !Rules.Engine.BoundsLoads).ConfigureAwait(false));
        }
        catch (SessionUnavailableException) when (Rules.Degrades)
        {
            IsUnavailable = true;
            _isLoaded = true;
        }
    }

    private void Accept(LoadedSession loaded)
    {
        if (loaded.Record is { Tenant: { } owner } && Tenant is { } tenant && !string.Equals(owner, tenant, StringComparison.Ordinal))
        {
            Rules.Refused?.Report(RefusedCookies.ForeignTenant);
            _held = loaded.Handle;
            Release();
            loaded = default;
        }

        Loaded = loaded;
        _held = loaded.Handle;
        _isLoaded = true;
    }
}
