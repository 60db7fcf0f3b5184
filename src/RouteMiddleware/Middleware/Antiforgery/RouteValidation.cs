using Microsoft.AspNetCore.Antiforgery;

namespace RouteMiddleware.Middleware.Antiforgery;

/// <summary>
/// Marks an endpoint whose own chain checks the token. It takes the place of a requirement that the endpoint has already, for which the framework asks for
/// <c>UseAntiforgery()</c> in the application's pipeline.
/// </summary>
internal sealed class RouteValidation : IAntiforgeryMetadata
{
    public static readonly RouteValidation Instance = new();

    private RouteValidation()
    {
    }

    public bool RequiresValidation => false;
}
