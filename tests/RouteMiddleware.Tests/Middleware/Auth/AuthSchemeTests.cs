using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>A scheme that the application registered itself is used as it is.</summary>
public sealed class AuthSchemeTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("key ann", HttpStatusCode.OK, null)]
    [InlineData("key bob", HttpStatusCode.Forbidden, "forbidden")]
    [InlineData("key wrong", HttpStatusCode.Unauthorized, "token_invalid")]
    [InlineData(null, HttpStatusCode.Unauthorized, "credentials_missing")]
    public async Task OwnScheme_DecidesAndChallenges_AndTheProblemIsOurs(string? authorization, HttpStatusCode expected, string? code)
    {
        await using var app = await StartAsync(
            builder => builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, KeyHandler>("Keys", null),
            app => app.MapGet("/", (ClaimsPrincipal user) => user.Identity!.Name).WithAuth(o => (o.Scheme, o.Roles) = ("Keys", ["admin"])));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/", UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains(code ?? "ann", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        if (expected == HttpStatusCode.Unauthorized)
        {
            Assert.Equal(["Key realm=\"orders\""], answer.Headers.NonValidated["WWW-Authenticate"]);
        }
    }

    [Theory]
    [InlineData(3600, HttpStatusCode.OK, "42")]
    [InlineData(-3600, HttpStatusCode.Unauthorized, "token_expired")]
    public async Task OwnJwtBearer_UnderTheUsualName_NeedsNoSecret(int lifetime, HttpStatusCode expected, string text)
    {
        await using var app = await StartAsync(
            builder => builder.Services.AddAuthentication().AddJwtBearer(options => options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidateAudience = false,
                ValidateIssuer = false,
                IssuerSigningKey = new SymmetricSecurityKey(System.Text.Encoding.UTF8.GetBytes(TokenForge.Secret)),
                LifetimeValidator = (_, expires, _, _) => expires > _clock.GetUtcNow().UtcDateTime ? true : throw new SecurityTokenExpiredException(),
            }),
            app => app.MapGet("/", (ClaimsPrincipal user) => user.FindFirst(ClaimTypes.NameIdentifier)?.Value).WithMiddleware("auth"));

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", TokenForge.Sign(TokenForge.Header, TokenForge.Payload(lifetime: lifetime)));
        using var answer = await app.Client.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains(text, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authentication_OfTheApplicationWithoutTheScheme_LeavesItToTheSecret()
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(
            static builder => builder.Services.AddAuthentication(),
            static app => app.MapGet("/", () => "in").WithMiddleware("auth")));

        Assert.Contains("Secret is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedirectOfAScheme_IsItsAnswer()
    {
        await using var app = await StartAsync(
            static builder => builder.Services.AddAuthentication().AddCookie("Pages", static options => options.LoginPath = "/sign-in"),
            static app => app.MapGet("/", () => "in").WithAuth(o => o.Scheme = "Pages"));

        using var answer = await app.Client.GetAsync(new Uri("/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/sign-in", answer.Headers.Location?.AbsolutePath);
    }

    private Task<TestApp> StartAsync(Action<WebApplicationBuilder> services, Action<WebApplication> map)
        => AuthRig.StartPipelineAsync(_clock, map, services, new KeyValuePair<string, string?>("RouteMiddleware:Auth:Secret", null));

    private sealed class KeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.Authorization.ToString() switch
        {
            "" => AuthenticateResult.NoResult(),
            "key ann" => Success(new Claim(ClaimTypes.Name, "ann"), new Claim(ClaimTypes.Role, "admin")),
            "key bob" => Success(new Claim(ClaimTypes.Name, "bob")),
            _ => AuthenticateResult.Fail("unknown key"),
        });

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.WWWAuthenticate = "Key realm=\"orders\"";
            return Task.CompletedTask;
        }

        private AuthenticateResult Success(params Claim[] claims)
            => AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name));
    }
}
