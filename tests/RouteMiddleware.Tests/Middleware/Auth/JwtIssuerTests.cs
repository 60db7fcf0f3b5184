using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

public sealed class JwtIssuerTests
{
    private readonly AuthRig _rig = new();
    private readonly Shared _shared = new();
    private readonly JwtIssuer _issuer;

    public JwtIssuerTests() => _issuer = new JwtIssuer(_shared, _rig.Clock);

    [Fact]
    public async Task IssuedToken_IsAcceptedByAuth_WithTheClaimsGiven()
    {
        _shared.Configure = o => (o.Issuer, o.Audience) = ("https://me.example", "orders");
        var token = _issuer.Issue([new("sub", "42"), new("name", "Ann"), new("role", "admin"), new("role", "editor"), new("level", "3", ClaimValueTypes.Integer64)], TimeSpan.FromHours(1));

        var (passed, context) = await _rig.RunAsync(_rig.Auth(_shared.Configure), token);
        Assert.True(passed);
        Assert.Equal("42", context.User.FindFirst(ClaimTypes.NameIdentifier)?.Value);
        Assert.True(context.User.IsInRole("admin") && context.User.IsInRole("editor"));
        Assert.Equal(("3", ClaimValueTypes.Integer64), (context.User.FindFirst("level")!.Value, context.User.FindFirst("level")!.ValueType));

        var payload = TokenForge.PayloadOf(token);
        Assert.Equal(TokenForge.Seconds(0), payload.GetProperty("iat").GetInt64());
        Assert.Equal(TokenForge.Seconds(0), payload.GetProperty("nbf").GetInt64());
        Assert.Equal(TokenForge.Seconds(3600), payload.GetProperty("exp").GetInt64());
        Assert.Equal("https://me.example", payload.GetProperty("iss").GetString());
        Assert.Equal("orders", payload.GetProperty("aud").GetString());
        Assert.Equal(22, payload.GetProperty("jti").GetString()!.Length);
    }

    [Fact]
    public void LongClaimTypes_AreWrittenByTheirShortNames()
    {
        var payload = TokenForge.PayloadOf(_issuer.Issue([new(ClaimTypes.NameIdentifier, "42"), new(ClaimTypes.Name, "Ann"), new(ClaimTypes.Role, "admin")], TimeSpan.FromHours(1)));

        Assert.Equal("42", payload.GetProperty("sub").GetString());
        Assert.Equal("Ann", payload.GetProperty("name").GetString());
        Assert.Equal("admin", payload.GetProperty("role").GetString());
        Assert.False(payload.TryGetProperty("iss", out _));
        Assert.False(payload.TryGetProperty("aud", out _));
    }

    [Fact]
    public void TwoTokens_HaveTwoIds_AndAGivenOneIsKept()
    {
        Assert.NotEqual(IdOf(_issuer.Issue([], TimeSpan.FromHours(1))), IdOf(_issuer.Issue([], TimeSpan.FromHours(1))));
        Assert.Equal("mine", IdOf(_issuer.Issue([new("jti", "mine")], TimeSpan.FromHours(1))));

        static string? IdOf(string token) => TokenForge.PayloadOf(token).GetProperty("jti").GetString();
    }

    [Theory]
    [InlineData("exp")]
    [InlineData("nbf")]
    [InlineData("iat")]
    [InlineData("iss")]
    [InlineData("aud")]
    public void Claim_ThatTheIssuerSets_IsRefused(string type)
        => Assert.Contains($"'{type}'", Assert.Throws<ArgumentException>(() => _issuer.Issue([new(type, "1")], TimeSpan.FromHours(1))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(-1000, false)]
    public void Lifetime_IsOneSecondOrMore(int milliseconds, bool accepted)
    {
        var error = Record.Exception(() => _issuer.Issue([], TimeSpan.FromMilliseconds(milliseconds)));
        Assert.Equal(accepted, error is null);
        Assert.True(error is null or ArgumentOutOfRangeException);
    }

    [Fact]
    public void Lifetime_BeyondTheCalendar_IsRefused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => _issuer.Issue([], TimeSpan.MaxValue));

    [Fact]
    public async Task Lifetime_UpToTheEndOfTheCalendar_IsAccepted()
    {
        var token = _issuer.Issue([new("sub", "42")], TimeSpan.FromDays(365 * 5_000));
        Assert.True((await _rig.RunAsync(_rig.Auth(), token)).Passed);
    }

    [Fact]
    public void Token_LongerThanAuthAccepts_IsRefused()
        => Assert.Throws<InvalidOperationException>(() => _issuer.Issue([new("x", new string('x', 13_000))], TimeSpan.FromHours(1)));

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    public void Issue_WithoutAGoodSecret_SaysWhatIsMissing(string? secret)
    {
        _shared.Configure = o => o.Secret = secret;
        var error = Assert.Throws<InvalidOperationException>(() => _issuer.Issue([], TimeSpan.FromHours(1)));
        Assert.Contains("Secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangeOfTheSecret_IsSeenByTheNextToken()
    {
        _issuer.Issue([], TimeSpan.FromHours(1));
        _shared.Configure = o => o.Secret = TokenForge.Secret + "!";
        var token = _issuer.Issue([new("sub", "42")], TimeSpan.FromHours(1));

        Assert.True((await _rig.RunAsync(_rig.Auth(_shared.Configure), token)).Passed);
        Assert.Equal(StatusCodes.Status401Unauthorized, (await _rig.RunAsync(_rig.Auth(), token)).Context.Response.StatusCode);
    }

    [Fact]
    public async Task FirstAlgorithm_SignsAndIsAccepted()
    {
        _shared.Configure = o => (o.Algorithms, o.Secret) = (["HS512", "HS256"], "Zr7!pQ2w#Lk9vXe4Tn8sBd1Hf6Jm3GyC5Ua0%Wt7@Rb2&Vn9*Xc4-Mz6+Qd8=Yj1");
        var token = _issuer.Issue([new("sub", "42")], TimeSpan.FromHours(1));

        Assert.Equal(TokenForge.Encode("""{"alg":"HS512","typ":"JWT"}"""), token.Split('.')[0]);
        Assert.True((await _rig.RunAsync(_rig.Auth(_shared.Configure), token)).Passed);
    }

    private sealed class Shared : ISharedOptions
    {
        // The issuer reads the options at each call.
        public event EventHandler? Reloaded
        {
            add => throw new NotSupportedException();
            remove => throw new NotSupportedException();
        }

        public Action<AuthOptions>? Configure { get; set; }

        public TOptions Get<TOptions>(string alias)
            where TOptions : class
        {
            Assert.Equal("auth", alias);
            return (TOptions)(object)AuthRig.Options(Configure);
        }
    }
}
