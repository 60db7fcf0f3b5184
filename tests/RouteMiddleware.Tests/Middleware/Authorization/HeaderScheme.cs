using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RouteMiddleware.Tests.Middleware.Authorization;

/// <summary>Believes what the caller writes into <c>X-Role</c>.</summary>
internal sealed class HeaderScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public static ClaimsPrincipal? UserOf(HttpRequest request)
        => request.Headers["X-Role"] is [{ } role] ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role)], "header")) : null;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        => Task.FromResult(UserOf(Request) is { } user ? AuthenticateResult.Success(new(user, Scheme.Name)) : AuthenticateResult.NoResult());
}
