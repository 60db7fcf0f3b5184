using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>J14: a key that somebody else could know stops the start, and the message names the rule, not the key.</summary>
public sealed class SigningSecretTests
{
    [Theory]
    [InlineData("at least 32 bytes", "short")]
    [InlineData("at least 32 bytes", "Zr7!pQ2w#Lk9vXe4Tn8sBd1Hf6Jm3Gy")]
    [InlineData("at least 32 bytes", "base64:c2hvcnQ=")]
    [InlineData("no base64", "base64:!!!!")]
    [InlineData("no base64", "base64:Zr7pQ")]
    [InlineData("repeats", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("repeats", "0123456789012345678901234567890123")]
    [InlineData("repeats", "S3cr3t!S3cr3t!S3cr3t!S3cr3t!S3cr3t!")]
    [InlineData("repeats", "base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("different bytes", "abababbabaabbbabbaabababbaabababaabbab")]
    [InlineData("well-known", "your-256-bit-secret-your-256-bit-secret")]
    [InlineData("well-known", "your-256-bit-secret-for-this-application")]
    [InlineData("well-known", "a-string-secret-at-least-256-bits-long")]
    [InlineData("well-known", "changeme-changeme-please-changeme-now!!")]
    [InlineData("well-known", "this is my custom Secret key for authentication")]
    [InlineData("well-known", "THIS IS USED TO SIGN AND VERIFY JWT TOKENS, REPLACE IT WITH YOUR OWN SECRET, IT CAN BE ANY STRING")]
    [InlineData("well-known", "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970")]
    [InlineData("well-known", "abcdefghijklmnopqrstuvwxyz0123456789")]
    [InlineData("well-known", "base64:eW91ci0yNTYtYml0LXNlY3JldC15b3VyLTI1Ni1iaXQtc2VjcmV0")]
    [InlineData("missing", "")]
    [InlineData("missing", null)]
    public void J14_WeakSecret_StopsTheStart_NamingTheRuleAndNotTheKey(string rule, string? secret)
    {
        var rig = new AuthRig();
        var error = Assert.Throws<OptionsValidationException>(() => rig.Auth(o => o.Secret = secret));

        var fault = Assert.Single(error.Failures);
        Assert.StartsWith(nameof(AuthOptions.Secret), fault, StringComparison.Ordinal);
        Assert.Contains(rule, fault, StringComparison.Ordinal);

        if (!string.IsNullOrEmpty(secret))
        {
            Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Zr7!pQ2w#Lk9vXe4Tn8sBd1Hf6Jm3GyC")]
    [InlineData("a-test-secret-that-is-long-enough-to-sign-with")]
    [InlineData("correct horse battery staple, nine swallows in autumn")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("base64:Q7d1V0m0yP4l8v2oJX9g3sZqkTn5Rb6hUeWc1aFiDyE=")]
    [InlineData("82734915062374980374182734928065923847213847298345")]
    [InlineData("Schl\u00FCssel-f\u00FCr-\u00C4pfel-und-\u00D6l-42")]
    public void StrongSecret_IsAccepted(string secret) => Assert.NotNull(new AuthRig().Auth(o => o.Secret = secret));

    [Theory]
    [InlineData("HS256", 32, true)]
    [InlineData("HS256", 31, false)]
    [InlineData("HS384", 48, true)]
    [InlineData("HS384", 47, false)]
    [InlineData("HS512", 64, true)]
    [InlineData("HS512", 63, false)]
    public void J14_Secret_IsAtLeastAsLongAsTheHash(string algorithm, int bytes, bool accepted)
    {
        const string Text = "Zr7!pQ2w#Lk9vXe4Tn8sBd1Hf6Jm3GyC5Ua0%Wt7@Rb2&Vn9*Xc4-Mz6+Qd8=Yj1";
        List<string> faults = [];
        TokenRules.Read(AuthRig.Options(o => (o.Secret, o.Algorithms) = (Text[..bytes], [algorithm])), faults);

        Assert.Equal(accepted, faults.Count == 0);
    }

    [Fact]
    public void Start_WithSeveralFaults_NamesThemAll()
    {
        var error = Assert.Throws<OptionsValidationException>(() => new AuthRig().Auth(o =>
        {
            o.Secret = "short";
            o.ClockSkew = TimeSpan.FromSeconds(31);
            o.Algorithms = ["HS256", "RS256", "none"];
            o.Issuer = " ";
            o.Audience = "";
            o.Roles = ["admin", ""];
            o.Scopes = [" "];
            o.Resource = "order";
        }));

        Assert.Equal(
            ["ClockSkew must be", "Issuer is empty", "Audience is empty", "Algorithms must be of HS256, HS384, HS512, but has 'RS256'", "Algorithms must be of HS256, HS384, HS512, but has 'none'", "Secret must have", "Roles has", "Scopes has", "Resource is 'order'"],
            error.Failures.Zip(["ClockSkew must be", "Issuer is empty", "Audience is empty", "Algorithms must be of HS256, HS384, HS512, but has 'RS256'", "Algorithms must be of HS256, HS384, HS512, but has 'none'", "Secret must have", "Roles has", "Scopes has", "Resource is 'order'"], static (fault, start) => fault.StartsWith(start, StringComparison.Ordinal) ? start : fault));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(30_000, true)]
    [InlineData(-1, false)]
    [InlineData(30_001, false)]
    public void J8_ClockSkew_IsAtMostThirtySeconds(int milliseconds, bool accepted)
    {
        List<string> faults = [];
        TokenRules.Read(AuthRig.Options(o => o.ClockSkew = TimeSpan.FromMilliseconds(milliseconds)), faults);
        Assert.Equal(accepted, faults.Count == 0);
    }

    [Theory]
    [InlineData("admin", "admin")]
    [InlineData(" admin , editor ", "admin editor")]
    public void Argument_IsAListOfRoles(string argument, string roles)
    {
        var options = new AuthOptions();
        options.ApplyArgument(argument);
        Assert.Equal(roles.Split(' '), options.Roles);
    }

    [Theory]
    [InlineData("admin,")]
    [InlineData(",")]
    [InlineData("a,,b")]
    public void Argument_WithAnEmptyRole_IsRefused(string argument)
        => Assert.Throws<FormatException>(() => new AuthOptions().ApplyArgument(argument));

    [Fact]
    public void OptionalAuth_WithRolesOfItsOwn_IsRefused_AndWithThoseOfTheSectionNot()
    {
        var rig = new AuthRig();
        Assert.NotNull(rig.Optional(o => o.Roles = ["admin"]));

        var error = Assert.Throws<OptionsValidationException>(() => rig.Optional(o => o.ApplyArgument("admin")));
        Assert.Contains("Roles (admin)", Assert.Single(error.Failures), StringComparison.Ordinal);
    }
}
