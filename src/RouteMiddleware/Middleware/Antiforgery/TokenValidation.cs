using Microsoft.AspNetCore.Antiforgery;

namespace RouteMiddleware.Middleware.Antiforgery;

/// <summary>Tells the rest of the request that its token was checked and found good.</summary>
internal sealed class TokenValidation : IAntiforgeryValidationFeature
{
    public static readonly TokenValidation Passed = new();

    private TokenValidation()
    {
    }

    public bool IsValid => true;

    public Exception? Error => null;
}
