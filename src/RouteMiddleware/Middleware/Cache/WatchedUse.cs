using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RouteMiddleware.Middleware.Cache;

/// <summary>Sees whether the rest of the chain read the cookies or the session: its answer is then one caller's, whether it says so or not.</summary>
internal sealed class WatchedUse : IRequestCookiesFeature, ISessionFeature, IDisposable
{
    private readonly IFeatureCollection _features;
    private readonly IRequestCookiesFeature? _given;
    private readonly ISessionFeature? _session;
    private IRequestCookiesFeature? _cookies;

    public WatchedUse(HttpContext context)
    {
        _features = context.Features;
        _cookies = _given = _features.Get<IRequestCookiesFeature>();

        // One that tells by itself whether it was used stays where its own callers look for it.
        _session = _features.Get<ISessionFeature>() is { } session and not ISessionUseFeature ? session : null;
        _features.Set<IRequestCookiesFeature>(this);

        if (_session is not null)
        {
            _features.Set<ISessionFeature>(this);
        }
    }

    public bool IsCookieRead { get; private set; }

    public bool IsSessionUsed { get; private set; }

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

    public void Dispose()
    {
        if (ReferenceEquals(_features.Get<IRequestCookiesFeature>(), this))
        {
            _features.Set(_given);
        }

        if (_session is not null && ReferenceEquals(_features.Get<ISessionFeature>(), this))
        {
            _features.Set(_session);
        }
    }
}
