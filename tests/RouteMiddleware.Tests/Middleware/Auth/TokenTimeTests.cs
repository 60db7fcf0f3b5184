using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>J8: the times of a token, by the application's clock, at the first sight and later.</summary>
public sealed class TokenTimeTests
{
    private readonly AuthRig _rig = new();

    [Theory]
    [InlineData(30, -30, "401 expired")]
    [InlineData(30, -29, "200")]
    [InlineData(0, 0, "401 expired")]
    [InlineData(0, 1, "200")]
    [InlineData(10, -10, "401 expired")]
    [InlineData(10, -9, "200")]
    public async Task J8_Expiry_IsTheFirstMomentAtWhichATokenIsRefused(int skew, int expires, string expected)
        => Assert.Equal(expected, await StatusAsync(TokenForge.Sign(TokenForge.Header, $$"""{"exp":{{TokenForge.Seconds(expires)}}}"""), skew));

    [Theory]
    [InlineData("nbf", 30, 30, "200")]
    [InlineData("nbf", 30, 31, "401 invalid")]
    [InlineData("nbf", 0, 0, "200")]
    [InlineData("nbf", 0, 1, "401 invalid")]
    [InlineData("iat", 30, 30, "200")]
    [InlineData("iat", 30, 31, "401 invalid")]
    public async Task J8_Beginning_IsTheFirstMomentAtWhichATokenIsAccepted(string member, int skew, int begins, string expected)
        => Assert.Equal(expected, await StatusAsync(Token(member, begins), skew));

    [Fact]
    public async Task J8_Expired_AndForged_IsInvalidAndNotExpired()
    {
        var forged = TokenForge.Sign(TokenForge.Header, TokenForge.Payload(lifetime: -3600), secret: new string('x', 32));
        Assert.Equal("401 invalid", await StatusAsync(forged, 30));
    }

    [Theory]
    [InlineData("2147483647")]
    [InlineData("2147483648")]
    [InlineData("4294967296")]
    [InlineData("253402300799")]
    [InlineData("1893502800.75")]
    [InlineData("2e9")]
    public async Task J8_Expiry_InUnusualForm_IsAcceptedByReaderAndLibraryAlike(string exp)
        => Assert.Equal("200", await StatusAsync(TokenForge.Sign(TokenForge.Header, $$"""{"exp":{{exp}}}"""), 30));

    [Fact]
    public async Task SeenToken_IsRefusedFromItsExpiryOn()
    {
        var auth = _rig.Auth();
        var token = TokenForge.Good();
        Assert.True((await _rig.RunAsync(auth, token)).Passed);

        _rig.Clock.Advance(TimeSpan.FromSeconds(3600 + 29));
        Assert.True((await _rig.RunAsync(auth, token)).Passed);

        _rig.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("401 expired", Describe(await _rig.RunAsync(auth, token)));
    }

    [Fact]
    public async Task SeenToken_AfterTheClockWasSetBackBehindItsBeginning_IsRefused()
    {
        var auth = _rig.Auth();
        var token = TokenForge.Good();
        Assert.True((await _rig.RunAsync(auth, token)).Passed);

        _rig.Clock.SetWallClock(TokenForge.Now.AddSeconds(-31));
        Assert.Equal("401 invalid", Describe(await _rig.RunAsync(auth, token)));
    }

    private static string Token(string member, int begins)
        => TokenForge.Sign(TokenForge.Header, $$"""{"exp":{{TokenForge.Seconds(3600)}},"{{member}}":{{TokenForge.Seconds(begins)}}}""");

    private static string Describe((bool Passed, HttpContext Context) run)
        => run.Passed ? "200"
            : $"{run.Context.Response.StatusCode} {(run.Context.Response.Headers.WWWAuthenticate.ToString().Contains("Token expired", StringComparison.Ordinal) ? "expired" : "invalid")}";

    private async Task<string> StatusAsync(string token, int skew)
        => Describe(await _rig.RunAsync(_rig.Auth(o => o.ClockSkew = TimeSpan.FromSeconds(skew)), token));
}
