using System.Net;
using System.Text.Json;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>J18, J19: which answer a caller gets, over a real socket.</summary>
public sealed class AuthAnswerTests
{
    private const string Invalid = "Bearer error=\"invalid_token\", error_description=\"Invalid token\"";
    private const string Expired = "Bearer error=\"invalid_token\", error_description=\"Token expired\"";

    private readonly AuthRig _rig = new();

    [Theory]
    [InlineData(null, 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("", 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("Bearer", 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("Basic QTpC", 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("BearerX {good}", 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("Token {good}", 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("{good}", 401, "credentials_missing", "No authentication credentials provided", "Bearer")]
    [InlineData("Bearer Bearer {good}", 401, "token_invalid", "Invalid token", Invalid)]
    [InlineData("Bearer {good}, Bearer {good}", 401, "token_invalid", "Invalid token", Invalid)]
    [InlineData("Bearer {good},Basic QTpC", 401, "token_invalid", "Invalid token", Invalid)]
    [InlineData("Bearer x", 401, "token_invalid", "Invalid token", Invalid)]
    [InlineData("Bearer {expired}", 401, "token_expired", "Token expired", Expired)]
    public async Task J18_J19_Caller_WithoutAGoodToken_IsToldWhatIsMissing(string? header, int status, string code, string title, string challenge)
    {
        await using var app = await _rig.StartAsync();
        using var answer = await SendAsync(app, "/", header is null ? [] : [header]);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal([challenge], answer.Headers.NonValidated["WWW-Authenticate"]);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());

        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
        Assert.Equal(title, problem.RootElement.GetProperty("title").GetString());
        Assert.Equal(status, problem.RootElement.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("Bearer {good}")]
    [InlineData("bearer {good}")]
    [InlineData("BEARER {good}")]
    [InlineData("bEaReR   {good}")]
    public async Task J19_SchemeWord_InAnyCase_IsAccepted(string header)
    {
        await using var app = await _rig.StartAsync();
        using var answer = await SendAsync(app, "/", [header]);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("42", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Bearer {good}", "Bearer {good}")]
    [InlineData("Bearer {good}", "Basic QTpC")]
    [InlineData("Basic QTpC", "Bearer {good}")]
    public async Task J19_TwoAuthorizationHeaders_AreRefused(string first, string second)
    {
        await using var app = await _rig.StartAsync();
        var answer = await app.SendRawAsync(Fill($"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {first}\r\nAuthorization: {second}\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.Contains("token_invalid", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/?access_token={good}")]
    [InlineData("/?token={good}")]
    [InlineData("/?authorization=Bearer%20{good}")]
    public async Task J19_TokenInTheQuery_IsNoToken(string path)
    {
        await using var app = await _rig.StartAsync();
        using var answer = await SendAsync(app, path, []);

        Assert.Contains("credentials_missing", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin", HttpStatusCode.OK)]
    [InlineData("editor", HttpStatusCode.OK)]
    [InlineData("Admin", HttpStatusCode.Forbidden)]
    [InlineData("adm", HttpStatusCode.Forbidden)]
    [InlineData("admin,editor", HttpStatusCode.Forbidden)]
    [InlineData("", HttpStatusCode.Forbidden)]
    public async Task J18_KnownCaller_WithoutARole_IsForbidden(string role, HttpStatusCode expected)
    {
        await using var app = await _rig.StartAsync(o => o.ApplyArgument("admin, editor"));
        using var answer = await SendAsync(app, "/", [$"Bearer {TokenForge.Good($"\"role\":\"{role}\"")}"]);

        Assert.Equal(expected, answer.StatusCode);

        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.Equal(["Bearer error=\"insufficient_scope\""], answer.Headers.NonValidated["WWW-Authenticate"]);
            Assert.Contains("\"code\":\"forbidden\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"scope\":\"orders:read orders:write\"", HttpStatusCode.OK)]
    [InlineData("\"scp\":\"orders:write orders:read\"", HttpStatusCode.OK)]
    [InlineData("\"scp\":[\"orders:read\",\"orders:write\"]", HttpStatusCode.OK)]
    [InlineData("\"scope\":\"orders:read\",\"scp\":[\"orders:write\"]", HttpStatusCode.OK)]
    [InlineData("\"scope\":\"orders:read\"", HttpStatusCode.Forbidden)]
    [InlineData("\"scope\":\"orders:read orders:write2\"", HttpStatusCode.Forbidden)]
    [InlineData("\"scope\":\"orders:read,orders:write\"", HttpStatusCode.Forbidden)]
    [InlineData("\"scope\":\"Orders:read Orders:write\"", HttpStatusCode.Forbidden)]
    [InlineData("\"roles\":[\"orders:read\",\"orders:write\"]", HttpStatusCode.Forbidden)]
    public async Task J18_KnownCaller_WithoutEveryScope_IsForbidden(string claim, HttpStatusCode expected)
    {
        await using var app = await _rig.StartAsync(o => o.Scopes = ["orders:read", "orders:write"]);
        using var answer = await SendAsync(app, "/", [$"Bearer {TokenForge.Good(claim)}"]);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, "anonymous")]
    [InlineData("Bearer {good}", "42")]
    [InlineData("Bearer {expired}", "anonymous")]
    [InlineData("Bearer x", "anonymous")]
    public async Task AllowAnonymous_LooksAtTheToken_AndAsksForNothing(string? header, string user)
    {
        await using var app = await _rig.StartAsync(o => o.Roles = ["admin"]);
        using var answer = await SendAsync(app, "/open", header is null ? [] : [header]);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(user, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null, "anonymous", false)]
    [InlineData("Basic QTpC", "anonymous", false)]
    [InlineData("Bearer {good}", "42", false)]
    [InlineData("Bearer {expired}", "anonymous", true)]
    [InlineData("Bearer x", "anonymous", true)]
    public async Task OptionalAuth_TakesABadTokenAsNone_AndLogsIt(string? header, string user, bool logged)
    {
        await using var app = await _rig.StartAsync(optional: true);
        using var answer = await SendAsync(app, "/", header is null ? [] : [header]);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(user, await answer.Content.ReadAsStringAsync());
        Assert.Equal(logged, app.Logs.Records.Any(static record => record.EventId.Name == "TokenIgnored" && record.Level == Microsoft.Extensions.Logging.LogLevel.Information));
    }

    [Fact]
    public async Task J15_RevokedToken_IsRefusedInEveryForm_AtFirstSightAndLater()
    {
        await using var app = await _rig.StartAsync();
        var seen = TokenForge.Good("\"jti\":\"stolen\"");
        using var before = await SendAsync(app, "/", [$"Bearer {seen}"]);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        _rig.DenyList.Revoke("stolen", TokenForge.Now.AddHours(1));

        foreach (var form in new[] { seen, TokenForge.Sign("""{"typ":"JWT","alg":"HS256"}""", TokenForge.Payload("\"jti\":\"stolen\"")), TokenForge.Good("\"jti\":\"st\\u006flen\"") })
        {
            using var after = await SendAsync(app, "/", [$"Bearer {form}"]);
            Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        }

        using var other = await SendAsync(app, "/", [$"Bearer {TokenForge.Good("\"jti\":\"Stolen\"")}"]);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, string path, string[] authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Fill(path), UriKind.Relative));

        foreach (var header in authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", Fill(header));
        }

        return await app.Client.SendAsync(request);
    }

    private static string Fill(string text) => text
        .Replace("{good}", TokenForge.Good(), StringComparison.Ordinal)
        .Replace("{expired}", TokenForge.Sign(TokenForge.Header, TokenForge.Payload(lifetime: -60)), StringComparison.Ordinal);
}
