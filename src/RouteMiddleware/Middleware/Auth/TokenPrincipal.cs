using System.Security.Claims;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// One request's user. Most requests ask nothing more of it than a role, so its identity is made when something else is asked;
/// it then is a plain <see cref="ClaimsIdentity"/> that can be changed.
/// </summary>
internal sealed class TokenPrincipal(VerifiedToken token) : ClaimsPrincipal
{
    private const int Lazy = 0;
    private const int InMaking = 1;
    private const int Made = 2;

    private int _state;

    public override System.Security.Principal.IIdentity? Identity
    {
        get
        {
            Make();
            return base.Identity;
        }
    }

    public override IEnumerable<ClaimsIdentity> Identities
    {
        get
        {
            Make();
            return base.Identities;
        }
    }

    public override IEnumerable<Claim> Claims
    {
        get
        {
            Make();
            return base.Claims;
        }
    }

    public override bool IsInRole(string role) => IsLazy ? token.Has(ClaimTypes.Role, role) : base.IsInRole(role);

    public override bool HasClaim(string type, string value) => IsLazy ? token.Has(type, value) : base.HasClaim(type, value);

    public override bool HasClaim(Predicate<Claim> match)
    {
        Make();
        return base.HasClaim(match);
    }

    public override Claim? FindFirst(string type)
    {
        Make();
        return base.FindFirst(type);
    }

    public override Claim? FindFirst(Predicate<Claim> match)
    {
        Make();
        return base.FindFirst(match);
    }

    public override IEnumerable<Claim> FindAll(string type)
    {
        Make();
        return base.FindAll(type);
    }

    public override IEnumerable<Claim> FindAll(Predicate<Claim> match)
    {
        Make();
        return base.FindAll(match);
    }

    public override void AddIdentity(ClaimsIdentity identity)
    {
        Make();
        base.AddIdentity(identity);
    }

    public override void AddIdentities(IEnumerable<ClaimsIdentity> identities)
    {
        Make();
        base.AddIdentities(identities);
    }

    public override ClaimsPrincipal Clone()
    {
        Make();
        return base.Clone();
    }

    protected override void WriteTo(BinaryWriter writer, byte[]? userData)
    {
        Make();
        base.WriteTo(writer, userData);
    }

    private bool IsLazy => Volatile.Read(ref _state) == Lazy;

    private void Make()
    {
        if (Volatile.Read(ref _state) == Made)
        {
            return;
        }

        if (Interlocked.CompareExchange(ref _state, InMaking, Lazy) == Lazy)
        {
            base.AddIdentity(token.CreateIdentity());
            Volatile.Write(ref _state, Made);
            return;
        }

        // A handler may read its user from several threads: the second waits the moment that the first needs.
        var wait = default(SpinWait);

        while (Volatile.Read(ref _state) != Made)
        {
            wait.SpinOnce();
        }
    }
}
