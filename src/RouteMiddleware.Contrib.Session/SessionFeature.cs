using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RouteMiddleware.Contrib.Session.Requests;

namespace RouteMiddleware.Contrib.Session;

/// <summary>One request's session until something asks for it: an untouched one costs this object and nothing else.</summary>
internal sealed class SessionFeature(SessionRules rules, HttpContext context) : IRouteSessionFeature, ISessionFeature, ISessionUseFeature
{
    private RouteSession? _session;
    private ISession? _plain;
    private int _depth;

    public RouteSession Session => _session ??= new(BeginState());

    public bool IsUsed => State is { IsUsed: true };

    public SessionState? State { get; private set; }

    ISession ISessionFeature.Session
    {
        get => _plain ??= new PlainSession(BeginState());
        set => _plain = value;
    }

    /// <summary>Whether it is the session of these rules too: pipelines that answer one request again have attachments of their own.</summary>
    public bool IsOf(SessionRules other) => ReferenceEquals(rules, other) || rules.Keeps(other);

    /// <summary>A pipeline inside the session begins: the first, or another one for the same request.</summary>
    public void Begin()
    {
        _depth++;
        State?.Reopen();
    }

    /// <summary>The pipeline inside the session is through.</summary>
    public void End()
    {
        if (--_depth == 0)
        {
            State?.End();
        }
    }

    private SessionState BeginState()
    {
        if (State is null)
        {
            State = new(rules, context);
            context.Features.Set<ISessionUseFeature>(this);

            if (_depth == 0)
            {
                State.End();
            }
        }

        return State;
    }
}
