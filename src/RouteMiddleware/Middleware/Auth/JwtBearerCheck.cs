using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>
/// Asks ASP.NET Core's own JwtBearer handler about the request's token. The handler lives in a container of its own: registered in the application's, it would bring
/// authentication and authorization into the pipeline of every request.
/// </summary>
internal sealed class JwtBearerCheck
{
    private readonly IServiceProvider _services;
    private readonly AuthenticationScheme _scheme;

    public JwtBearerCheck(TokenRules rules, TokenKeys keys, TimeProvider clock, string scheme)
    {
        _scheme = new AuthenticationScheme(scheme, displayName: null, typeof(JwtBearerHandler));

        // The container finds the handler's constructor, which differs between the package's versions. It logs nowhere: the library's messages may hold parts of a token.
        var services = new ServiceCollection().AddLogging();
        services.AddAuthentication().AddJwtBearer(scheme, options =>
        {
            options.SaveToken = false;
            options.RequireHttpsMetadata = true;
            options.TokenValidationParameters = CreateParameters(rules, keys, clock);
        });
        _services = services.BuildServiceProvider();
    }

    public async Task<AuthenticateResult> AuthenticateAsync(HttpContext context)
    {
        var handler = _services.GetRequiredService<JwtBearerHandler>();
        await handler.InitializeAsync(_scheme, context).ConfigureAwait(false);
        return await handler.AuthenticateAsync().ConfigureAwait(false);
    }

    private static TokenValidationParameters CreateParameters(TokenRules rules, TokenKeys keys, TimeProvider clock) => new()
    {
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ValidateIssuer = (rules.Issuer ?? keys.Issuer) is not null,
        ValidIssuer = rules.Issuer ?? keys.Issuer,
        ValidateAudience = rules.Audience is not null,
        ValidAudience = rules.Audience,
        ValidateIssuerSigningKey = true,
        IssuerSigningKeyResolver = (_, _, id, _) => keys.Resolve(id),
        ValidateLifetime = true,
        ClockSkew = rules.ClockSkew,

        // The library reads the system's clock; the application's is the one that counts.
        LifetimeValidator = (_, _, token, _) => IsAlive(token, clock.GetUtcNow().UtcDateTime, rules.ClockSkew),
    };

    private static bool IsAlive(SecurityToken token, DateTime now, TimeSpan clockSkew)
    {
        // The token is asked, not the times that the library hands over: 5.7.2 reads them as 32-bit numbers, and has none after January 2038.
        if (token.ValidTo == DateTime.MinValue || now + clockSkew < token.ValidFrom)
        {
            return false;
        }

        return now - clockSkew < token.ValidTo
            ? true
            : throw new SecurityTokenExpiredException("The token has expired.") { Expires = token.ValidTo };
    }
}
