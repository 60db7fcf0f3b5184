using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>
/// Sees whether the rest of the chain read the cookies or the session: its answer is then one caller's, whether it says so or not. And whether it broke the answer off: the
/// request's token may tell that later, on another thread.
/// </summary>
internal sealed class WatchedUse : IRequestCookiesFeature, ISessionFeature, IHttpRequestLifetimeFeature, IDisposable
{
    private readonly IFeatureCollection _features;
    private readonly IRequestCookiesFeature? _given;
    private readonly ISessionFeature? _session;
    private readonly IHttpRequestLifetimeFeature? _lifetime;
    private IRequestCookiesFeature? _cookies;

    public WatchedUse(HttpContext context)
    {
        _features = context.Features;
        _cookies = _given = _features.Get<IRequestCookiesFeature>();

        // One that tells by itself whether it was used stays where its own callers look for it.
        _session = _features.Get<ISessionFeature>() is { } session and not ISessionUseFeature ? session : null;
        _lifetime = _features.Get<IHttpRequestLifetimeFeature>();
        _features.Set<IRequestCookiesFeature>(this);

        if (_lifetime is not null)
        {
            _features.Set<IHttpRequestLifetimeFeature>(this);
        }

        if (_session is not null)
        {
            _features.Set<ISessionFeature>(this);
        }
    }

    public bool IsCookieRead { get; private set; }

    public bool IsSessionUsed { get; private set; }

    public bool IsBrokenOff { get; private set; }

    public CancellationToken RequestAborted
    {
        get => _lifetime!.RequestAborted;
        set => _lifetime!.RequestAborted = value;
    }

    public IRequestCookieCollection Cookies
    {
        get
        {
            IsCookieRead = true;
            return (_cookies ??= new RequestCookiesFeature(_features)).Cookies;
        }
        set => (_cookies ??= new RequestCookiesFeature(_features)).Cookies = value;
    }

    public ISession Session
    {
        get
        {
            IsSessionUsed = true;
            return _session!.Session;
        }
        set => _session!.Session = value;
    }

    public void Abort()
    {
        IsBrokenOff = true;
        _lifetime!.Abort();
    }

    public void Dispose()
    {
        if (ReferenceEquals(_features.Get<IRequestCookiesFeature>(), this))
        {
            _features.Set(_given);
        }

        if (_lifetime is not null && ReferenceEquals(_features.Get<IHttpRequestLifetimeFeature>(), this))
        {
            _features.Set(_lifetime);
        }

        if (_session is not null && ReferenceEquals(_features.Get<ISessionFeature>(), this))
        {
            _features.Set(_session);
        }
    }
}
