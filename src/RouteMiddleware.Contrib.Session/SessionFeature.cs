using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Contrib.Session.Requests;

namespace RouteMiddleware.Contrib.Session;

/// <summary>One request's session until something asks for it: an untouched one costs this object and nothing else.</summary>
internal sealed class SessionFeature(SessionRules rules, HttpContext context) : IRouteSessionFeature, ISessionFeature
{
    private RouteSession? _session;
    private ISession? _plain;

    public RouteSession Session => _session ??= new(State ??= new(rules, context));

    public bool IsUsed => State is { IsUsed: true };

    public SessionState? State { get; private set; }

    ISession ISessionFeature.Session
    {
        get => _plain ??= new PlainSession(State ??= new(rules, context));
        set => _plain = value;
    }
}
