using System.Security.Claims;
using RouteMiddleware.Contrib.Session;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.RateLimit;

namespace Api;

/// <summary>Login by session cookie for browsers, and by token for programs.</summary>
public static class LoginEndpoints
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(30);

    public static IEndpointRouteBuilder MapLogin(this IEndpointRouteBuilder routes)
    {
        // Thirty wrong passwords a minute from one address, then 429; right ones don't count.
        var guarded = routes.MapGroup("").WithRateLimit(limit =>
        {
            limit.PermitLimit = 30;
            limit.Count = RateLimitCount.Failures;
        });

        guarded.MapPost("/login", (Credentials credentials, Users users, RouteSession session) =>
        {
            if (users.Find(credentials) is not { } user)
            {
                return WrongCredentials();
            }

            session.RotateId(); // an id that somebody knew before the login is worth nothing after it
            session.UserId = user.Id;
            session.Set("username", user.Name);
            return Results.Ok(new { message = "Login successful" });
        }).WithMiddleware("session");

        guarded.MapPost("/token", (Credentials credentials, Users users, IJwtIssuer issuer) =>
        {
            if (users.Find(credentials) is not { } user)
            {
                return WrongCredentials();
            }

            var token = issuer.Issue([new Claim("sub", user.Id), new Claim("name", user.Name), new Claim("role", user.Role)], TokenLifetime);
            return Results.Ok(new { access_token = token, token_type = "Bearer", expires_in = (int)TokenLifetime.TotalSeconds });
        });

        routes.MapGet("/profile", (RouteSession session) => new { user_id = session.UserId, username = session.Get<string>("username") })
            .WithMiddleware("session", "session_auth"); // session_auth: 401 "Not logged in" where nobody is

        routes.MapPost("/logout", (RouteSession session) =>
        {
            session.Flush();
            return Results.Ok(new { message = "Logged out" });
        }).WithMiddleware("session");

        return routes;
    }

    private static IResult WrongCredentials() => Results.Problem("Name or password are wrong.", title: "Login failed", statusCode: 401);
}
