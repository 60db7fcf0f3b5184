using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>ASP.NET Core's own authorization with our tokens: no <c>AddAuthentication()</c> is needed.</summary>
public sealed class AuthAuthorizationTests
{
    private readonly ManualClock _clock = new();

    public enum Place
    {
        Behind,
        Inserted,
        InsertedWithoutAuth,
    }

    [Theory]
    [InlineData(Place.Behind, false)]
    [InlineData(Place.Behind, true)]
    [InlineData(Place.Inserted, false)]
    [InlineData(Place.Inserted, true)]
    [InlineData(Place.InsertedWithoutAuth, false)]
    [InlineData(Place.InsertedWithoutAuth, true)]
    public async Task RequireAuthorization_WithOurTokens_AnswersAsAuthDoes(Place place, bool isAddedFirst)
    {
        await using var app = await StartAsync(place, isAddedFirst);

        await AssertAsync(app, "/any", TokenForge.Good(), HttpStatusCode.OK, "42");
        await AssertAsync(app, "/any", TokenForge.Good(), HttpStatusCode.OK, "42");
        await AssertAsync(app, "/any", null, HttpStatusCode.Unauthorized, "credentials_missing", "Bearer");
        await AssertAsync(app, "/any", "a.b.c", HttpStatusCode.Unauthorized, "token_invalid", "Bearer error=\"invalid_token\", error_description=\"Invalid token\"");
        await AssertAsync(app, "/any", TokenForge.Sign(TokenForge.Header, TokenForge.Payload(lifetime: -3600)), HttpStatusCode.Unauthorized, "token_expired", "Bearer error=\"invalid_token\", error_description=\"Token expired\"");
        await AssertAsync(app, "/admins", TokenForge.Good("\"role\":\"admin\""), HttpStatusCode.OK, "42");
        await AssertAsync(app, "/admins", TokenForge.Good(), HttpStatusCode.Forbidden, "forbidden", "Bearer error=\"insufficient_scope\"");
        await AssertAsync(app, "/admins", null, HttpStatusCode.Unauthorized, "credentials_missing", "Bearer");
        await AssertAsync(app, "/scheme", TokenForge.Good(), HttpStatusCode.OK, "42");
        await AssertAsync(app, "/scheme", null, HttpStatusCode.Unauthorized, "credentials_missing", "Bearer");
        await AssertAsync(app, "/open", null, HttpStatusCode.OK, "anonymous");
    }

    [Fact]
    public async Task AuthenticateAsync_OfTheRequest_TellsTheUserAndSetsNone()
    {
        await using var app = await StartAsync(Place.InsertedWithoutAuth, isAddedFirst: true);

        await AssertAsync(app, "/ask", TokenForge.Good(), HttpStatusCode.OK, "Bearer 42 anonymous");
        await AssertAsync(app, "/ask", null, HttpStatusCode.OK, "none");
        await AssertAsync(app, "/ask", "a.b.c", HttpStatusCode.OK, "failed");
        await AssertAsync(app, "/challenge", null, HttpStatusCode.Unauthorized, "credentials_missing", "Bearer");
        await AssertAsync(app, "/forbid", null, HttpStatusCode.Forbidden, "forbidden", "Bearer error=\"insufficient_scope\"");
        await AssertAsync(app, "/sign-in", null, HttpStatusCode.InternalServerError, "");
        Assert.Contains(app.Logs.Records, static record => record.Exception is InvalidOperationException { Message: var message } && message.Contains("IJwtIssuer", StringComparison.Ordinal));
        await AssertAsync(app, "/unknown", null, HttpStatusCode.InternalServerError, "");
        Assert.Contains(app.Logs.Records, static record => record.Exception is InvalidOperationException { Message: var message } && message.Contains("'Keys'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OwnScheme_RegisteredBeforeOrAfter_DecidesAlone(bool isAddedFirst)
    {
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                AddOurs(builder.Services, isAddedFirst, static services =>
                {
                    services.AddAuthentication().AddCookie("Pages", static options => options.LoginPath = "/sign-in");
                    services.AddAuthorization();
                });
            },
            static app =>
            {
                app.MapGet("/", (ClaimsPrincipal user) => user.Identity!.Name).RequireAuthorization();
                app.MapPost("/sign-in", static (HttpContext context) => context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "Pages"))));
            },
            [new("RouteMiddleware:Auth:Secret", TokenForge.Secret)]);

        // Our token means nothing to the application's scheme, and its challenge is a redirect.
        using var request = Request("/", TokenForge.Good());
        using var refused = await app.Client.SendAsync(request);
        Assert.Equal("/sign-in", refused.Headers.Location?.AbsolutePath);

        using var signedIn = await app.Client.PostAsync(new Uri("/sign-in", UriKind.Relative), null);
        using var second = Request("/", null);
        second.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        using var answer = await app.Client.SendAsync(second);
        Assert.Equal("ann", await answer.Content.ReadAsStringAsync());
    }

    // AddControllers() brings the services of authentication, and no scheme.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Controllers_WithoutASchemeOfTheApplication_LeaveOurTokensTheirPlace(bool isAddedFirst)
    {
        await using var app = await TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                AddOurs(builder.Services, isAddedFirst, static services => services.AddControllers());
            },
            static app => app.MapGet("/", static (ClaimsPrincipal user) => user.FindFirst("sub")?.Value).RequireAuthorization(),
            [new("RouteMiddleware:Auth:Secret", TokenForge.Secret)]);

        await AssertAsync(app, "/", TokenForge.Good(), HttpStatusCode.OK, "42");
        await AssertAsync(app, "/", null, HttpStatusCode.Unauthorized, "credentials_missing", "Bearer");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Services_OfAnApplicationWithAuthentication_AreTheFrameworks(bool isAddedFirst)
    {
        var (plain, both) = (new ServiceCollection(), new ServiceCollection());
        Add(plain);
        AddOurs(both.AddLogging(), isAddedFirst, Add);
        await using var expected = plain.BuildServiceProvider();
        await using var actual = both.BuildServiceProvider();
        await using var expectedScope = expected.CreateAsyncScope();
        await using var scope = actual.CreateAsyncScope();

        Assert.IsType(expectedScope.ServiceProvider.GetRequiredService<IAuthenticationService>().GetType(), scope.ServiceProvider.GetRequiredService<IAuthenticationService>());
        Assert.IsType<PolicyEvaluator>(scope.ServiceProvider.GetRequiredService<IPolicyEvaluator>());

        static void Add(IServiceCollection services)
        {
            services.AddLogging().AddAuthentication().AddCookie();
            services.AddAuthorization();
        }
    }

    [Fact]
    public async Task RequireAuthorization_WithoutASecret_RefusesAndSaysWhy()
    {
        await using var app = await TestApp.StartAsync(
            static builder => builder.Services.AddAuthorization().AddRouteMiddleware(),
            static app => app.MapGet("/", () => "in").RequireAuthorization());

        await AssertAsync(app, "/", TokenForge.Good(), HttpStatusCode.Unauthorized, "credentials_missing", "Bearer");
        Assert.Contains(app.Logs.Records, static record => record.Message.Contains("Secret", StringComparison.Ordinal) && record.Level == Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static void AddOurs(IServiceCollection services, bool isAddedFirst, Action<IServiceCollection> add)
    {
        if (isAddedFirst)
        {
            add(services);
        }

        services.AddRouteMiddleware();

        if (!isAddedFirst)
        {
            add(services);
        }
    }

    private static HttpRequestMessage Request(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = token is null ? null : new("Bearer", token);
        return request;
    }

    private static async Task AssertAsync(TestApp app, string path, string? token, HttpStatusCode status, string text, string? challenge = null)
    {
        using var request = Request(path, token);
        using var answer = await app.Client.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();

        Assert.True(status == answer.StatusCode, $"{path}: {answer.StatusCode} {body}");
        Assert.Contains(text, body, StringComparison.Ordinal);
        Assert.Equal(challenge, answer.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? values.ToString() : null);
    }

    private Task<TestApp> StartAsync(Place place, bool isAddedFirst)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(_clock);
                AddOurs(builder.Services, isAddedFirst, static services => services.AddAuthorizationBuilder().AddPolicy("Admins", static policy => policy.RequireRole("admin")));
            },
            app =>
            {
                if (place == Place.Behind)
                {
                    app.UseRouteMiddleware();
                    app.UseAuthorization();
                }
                else if (place == Place.Inserted)
                {
                    app.UseRouteMiddleware();
                }

                app.MapGet("/any", (ClaimsPrincipal user) => user.FindFirst("sub")?.Value).RequireAuthorization();
                app.MapGet("/admins", (ClaimsPrincipal user) => user.FindFirst("sub")?.Value).RequireAuthorization("Admins");
                app.MapGet("/scheme", (ClaimsPrincipal user) => user.FindFirst("sub")?.Value).RequireAuthorization(static policy => policy.AddAuthenticationSchemes("Bearer").RequireAuthenticatedUser());
                app.MapGet("/open", (ClaimsPrincipal user) => user.FindFirst("sub")?.Value ?? "anonymous").RequireAuthorization().AllowAnonymous();
                app.MapGet("/ask", static async (HttpContext context) => await context.AuthenticateAsync() switch
                {
                    { Succeeded: true, Ticket: var ticket } => $"{ticket.AuthenticationScheme} {ticket.Principal.FindFirst("sub")!.Value} {context.User.FindFirst("sub")?.Value ?? "anonymous"}",
                    { None: true } => "none",
                    _ => "failed",
                });
                app.MapGet("/challenge", () => Results.Challenge());
                app.MapGet("/forbid", () => Results.Forbid());
                app.MapGet("/sign-in", () => Results.SignIn(new ClaimsPrincipal()));
                app.MapGet("/unknown", static async (HttpContext context) => (await context.AuthenticateAsync("Keys")).Succeeded);
            },
            [
                new("RouteMiddleware:Auth:Secret", TokenForge.Secret),
                .. place == Place.InsertedWithoutAuth ? [] : new KeyValuePair<string, string?>[] { new("RouteMiddleware:Middleware:0", "auth") },
            ]);
}
