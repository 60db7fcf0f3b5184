using System.Diagnostics.CodeAnalysis;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>A token that may be used now, or the reason why not.</summary>
internal readonly struct TokenVerdict
{
    public TokenVerdict(TokenFault fault) => Fault = fault;

    public TokenVerdict(VerifiedToken token) => Token = token;

    public TokenFault? Fault { get; }

    public VerifiedToken? Token { get; }

    public bool IsRefused([NotNullWhen(true)] out TokenFault? fault, [NotNullWhen(false)] out VerifiedToken? token)
    {
        token = Token;

        // A verdict that nobody filled in refuses.
        fault = token is null ? Fault ?? TokenFault.Signature : null;
        return fault is not null;
    }
}
