using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Errors;

namespace RouteMiddleware.Tests.Middleware.Errors;

/// <summary>Rows D3 and J16: what is secret stands neither on the page nor in a log.</summary>
public sealed class SecretTests
{
    private const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ";

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["RouteMiddleware:Auth:Secret"] = "planted-auth-secret-of-more-than-32-bytes",
        ["RouteMiddleware:Auth:Issuer"] = "plain-issuer",
        ["ConnectionStrings:Default"] = "Server=db.internal;User Id=planted-user;Password=planted-db-password",
        ["Mail:ApiKey"] = "planted-mail-api-key",
        ["Cache:Url"] = "redis://user:planted-redis-password@cache:6379",
    };

    private static readonly string[] Planted =
    [
        "planted-auth-secret", "planted-user", "planted-db-password", "planted-mail-api-key", "planted-redis-password", "planted-bearer", "planted-cookie",
        "planted-header", "planted-query", "c2lnbmF0dXJlLXBsYW50ZWQ", "planted-assigned",
    ];

    [Theory]
    [InlineData("/message")]
    [InlineData("/inner")]
    [InlineData("/mapped")]
    [InlineData("/bad")]
    [InlineData("/failing")]
    public async Task D3_Secrets_AreNeitherInTheAnswerNorInTheLog(string path)
    {
        foreach (var environment in (string[])["Development", "Production"])
        {
            await using var app = await ErrorApp.StartAsync(
                static app =>
                {
                    app.MapGet("/message", static string (HttpContext context, IConfiguration configuration) => throw new InvalidOperationException(All(context, configuration)));
                    app.MapGet("/inner", static string (HttpContext context, IConfiguration configuration) => throw new AggregateException(new TimeoutException(All(context, configuration)), new FormatException(All(context, configuration))));
                    app.MapGet("/mapped", static string (HttpContext context, IConfiguration configuration) => throw new KeyNotFoundException(All(context, configuration)));
                    app.MapGet("/bad", static string (HttpContext context, IConfiguration configuration) => throw new BadHttpRequestException(All(context, configuration)));
                    app.MapGet("/failing", static string () => throw new NotSupportedException());
                },
                static builder => builder
                    .MapError<KeyNotFoundException>(404)
                    .MapError<NotSupportedException>(static (context, _) => throw new InvalidOperationException(All(context, context.RequestServices.GetService(typeof(IConfiguration)) as IConfiguration))),
                environment,
                settings: Settings);

            foreach (var accept in (string?[])[null, ErrorApp.Browser, "application/json"])
            {
                using var response = await app.GetAsync(
                    $"{path}?access_token=planted-query-1&page=2",
                    accept,
                    ("Authorization", "Bearer planted-bearer-1"),
                    ("Cookie", "theme=planted-cookie-1; other=planted-cookie-2"),
                    ("X-Api-Key", "planted-header-1"));
                var body = await response.Content.ReadAsStringAsync();

                Assert.True((int)response.StatusCode >= 400);
                Assert.All(Planted, secret => Assert.DoesNotContain(secret, body, StringComparison.Ordinal));
            }

            // The framework's own line of each request tells the query; whoever puts secrets there turns it off.
            var log = string.Join('\n', app.LogText().Split('\n').Where(static line => !line.Contains("Microsoft.AspNetCore.Hosting.Diagnostics", StringComparison.Ordinal)));
            Assert.All(Planted, secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task D3_Settings_OnThePageAreTheSectionAloneWithItsSecretsMasked()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static string () => throw new InvalidOperationException()), environment: "Development", settings: Settings);

        using var response = await app.GetAsync("/?code=12", ErrorApp.Browser, ("X-Api-Key", "ab1"));
        var body = await response.Content.ReadAsStringAsync();

        // Too short to be looked for elsewhere, and masked where they stand.
        Assert.Contains("<dt>X-Api-Key</dt><dd class=\"masked\">[masked]</dd>", body, StringComparison.Ordinal);
        Assert.Contains("<dt>code</dt><dd class=\"masked\">[masked]</dd>", body, StringComparison.Ordinal);
        Assert.Contains("<dt>Auth:Issuer</dt><dd>plain-issuer</dd>", body, StringComparison.Ordinal);
        Assert.Contains("<dt>Auth:Secret</dt><dd class=\"masked\">[masked]</dd>", body, StringComparison.Ordinal);
        Assert.DoesNotContain("ConnectionStrings", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Mail", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task J16_Token_InAnExceptionIsInNoLog()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/", static string () => throw new InvalidOperationException($"can't read {Token} at all")));

        await app.AnswerAsync("/");

        var error = Assert.Single(app.Errors());
        Assert.Equal("can't read [masked] at all", error.Exception!.Message);
        Assert.Contains("System.InvalidOperationException: can't read [masked] at all", error.Exception.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(SecretTests), error.Exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("c2lnbmF0dXJl", app.LogText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task J16_Token_InAPathIsNeitherInALogNorOnThePage()
    {
        await using var app = await ErrorApp.StartAsync(static app => app.MapGet("/verify/{token}", static string (string token) => throw new InvalidOperationException()), environment: "Development");

        var (_, body) = await app.AnswerAsync($"/verify/{Token}", ErrorApp.Browser);

        Assert.Equal("GET '/verify/[masked]' failed: nobody caught the exception.", Assert.Single(app.Errors()).Message);
        Assert.DoesNotContain("c2lnbmF0dXJl", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Auth:Secret", true)]
    [InlineData("SecretFallbacks:0", true)]
    [InlineData("ConnectionStrings:Default", true)]
    [InlineData("connection_string", true)]
    [InlineData("Db:PASSWORD", true)]
    [InlineData("Db:Pwd", true)]
    [InlineData("Api-Key", true)]
    [InlineData("AccessToken", true)]
    [InlineData("Credentials:User", true)]
    [InlineData("ErrorMonitoring:WebhookUrl", true)]
    [InlineData("Issuer", false)]
    [InlineData("CookieName", false)]
    [InlineData("Middleware:0", false)]
    public void Names_OfSettings_AreSecretByTheirWords(string name, bool expected) => Assert.Equal(expected, SecretTexts.IsSecretName(name));

    [Theory]
    [InlineData("Authorization", true)]
    [InlineData("Proxy-Authorization", true)]
    [InlineData("Cookie", true)]
    [InlineData("X-Api-Key", true)]
    [InlineData("X-CSRF-Token", true)]
    [InlineData("sessionid", true)]
    [InlineData("code", true)]
    [InlineData("Accept-Encoding", false)]
    [InlineData("User-Agent", false)]
    [InlineData("zipcode", false)]
    public void Names_OfRequests_AreSecretByTheirWords(string name, bool expected) => Assert.Equal(expected, SecretTexts.IsSecretOfRequest(name));

    [Theory]
    [InlineData("Server=a;Password=hunter2;Timeout=5", "Server=a;Password=[masked];Timeout=5")]
    [InlineData("?client_secret=abc&x=1", "?client_secret=[masked]&x=1")]
    [InlineData("PWD=abc", "PWD=[masked]")]
    [InlineData("amqp://guest:guest@mq/x", "amqp://[masked]@mq/x")]
    [InlineData("https://example.com/a:b@c", "https://example.com/a:b@c")]
    [InlineData("var token = Find(cancellationToken: default);", "var token = Find(cancellationToken: default);")]
    [InlineData("token => token == x", "token => token == x")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "Bearer [masked]")]
    [InlineData("nothing secret here", "nothing secret here")]
    public void Texts_ThatLookSecret_AreMasked(string text, string expected) => Assert.Equal(expected, new SecretTexts().Mask(text));

    [Fact]
    public void Password_OfAConnectionString_IsMaskedByItself()
    {
        var configuration = new ConfigurationManager();
        configuration["ConnectionStrings:Default"] = "Server=db.internal; User Id=planted-user; Password = pass in it";

        Assert.Equal("'[masked]' was refused by db.internal", new SecretTexts(configuration).Mask("'pass in it' was refused by db.internal"));
    }

    [Fact]
    public void Secrets_ThatTheConfigurationChanged_AreKnownAtOnce()
    {
        var configuration = new ConfigurationManager();
        configuration["Db:Password"] = "first-value";
        configuration["Logging:LogLevel:My.Tokens"] = "Information";
        configuration["Db:PinKey"] = "1234";
        var secrets = new SecretTexts(configuration);

        Assert.Equal("[masked] second-value Information 1234", secrets.Mask("first-value second-value Information 1234"));
        configuration["Db:Password"] = "second-value";
        ((IConfigurationRoot)configuration).Reload();
        Assert.Equal("first-value [masked]", secrets.Mask("first-value second-value"));
    }

    private static string All(HttpContext context, IConfiguration? configuration)
        => $"""
            {configuration!["RouteMiddleware:Auth:Secret"]} {configuration["ConnectionStrings:Default"]} Password=planted-assigned {configuration["Mail:ApiKey"]} {configuration["Cache:Url"]}
            {context.Request.Cookies["theme"]} {context.Request.Headers.Authorization.ToString()[7..]} {context.Request.Headers.Authorization} {context.Request.Headers.Cookie} {context.Request.Headers["X-Api-Key"]} {context.Request.Query["access_token"]} {Token}
            """;
}
