using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Middleware.Auth.Keys;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>What is refused at the start beside an authority, and what an authority changes elsewhere.</summary>
public sealed class AuthorityOptionsTests
{
    [Theory]
    [InlineData("https://issuer.example")]
    [InlineData("https://issuer.example/")]
    [InlineData("https://issuer.example:8443/realms/one")]
    public void Authority_OfAGoodForm_IsAccepted(string authority)
    {
        var rules = Read(o => o.Authority = authority, out var faults);

        Assert.Empty(faults);
        Assert.Equal(authority.TrimEnd('/') + "/.well-known/openid-configuration", rules!.Authority!.Discovery.AbsoluteUri);
        Assert.Equal(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"], rules.Algorithms);
    }

    [Theory]
    [InlineData("Authority is empty", "")]
    [InlineData("Authority is empty", "  ")]
    [InlineData("Authority is no address", "issuer.example")]
    [InlineData("Authority is no address", "/realm")]
    [InlineData("Authority is no address", "ftp://issuer.example")]
    [InlineData("Authority is no address", "file:///etc/passwd")]
    [InlineData("Authority has a user", "https://ann:pass@issuer.example")]
    [InlineData("Authority has a user", "https://issuer.example?a=b")]
    [InlineData("Authority has a user", "https://issuer.example#a")]
    [InlineData("must begin with https", "http://issuer.example")]
    [InlineData("must begin with https", "http://127.0.0.1:8080/realm")]
    public void Authority_OfABadForm_IsRefused(string reason, string authority)
    {
        Assert.Null(Read(o => o.Authority = authority, out var faults));
        var fault = Assert.Single(faults);
        Assert.StartsWith("Authority ", fault, StringComparison.Ordinal);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithSeveralFaults_NamesThemAll()
    {
        var error = Assert.Throws<OptionsValidationException>(() => new AuthRig().Auth(o =>
        {
            o.Authority = "http://issuer.example";
            o.Algorithms = ["RS256", "HS256", "none"];
            o.ClockSkew = TimeSpan.FromSeconds(31);
            o.Roles = [""];
        }));

        var starts = new[]
        {
            "ClockSkew must be", "Authority and Secret are both set", "Algorithms must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, but has 'HS256'",
            "Algorithms must be of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, but has 'none'", "Audience is missing", "Authority is 'http://issuer.example'", "Roles has",
        };
        Assert.Equal(starts, error.Failures.Zip(starts, static (fault, start) => fault.StartsWith(start, StringComparison.Ordinal) ? start : fault));
        Assert.Equal(starts.Length, error.Failures.Count());
        Assert.DoesNotContain(TokenForge.Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Audience", null, "Audience is missing")]
    [InlineData("Audience", "", "Audience is empty")]
    [InlineData("Issuer", "", "Issuer is empty")]
    [InlineData("Secret", TokenForge.Secret, "Authority and Secret are both set")]
    [InlineData("RequireHttpsMetadata", "true", "must begin with https")]
    [InlineData("Algorithms:0", "HS256", "has 'HS256'")]
    public async Task Start_WithAFault_IsRefused_AndNothingIsFetched(string key, string? value, string fault)
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Ec("one"));
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => IssuerRig.StartAsync(issuer, new KeyValuePair<string, string?>($"RouteMiddleware:Auth:{key}", value)));

        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, issuer.Fetches);
    }

    [Theory]
    [InlineData("https://issuer.example", "https://issuer.example", true)]
    [InlineData("https://issuer.example", "https://issuer.example/", true)]
    [InlineData("https://issuer.example/", "https://issuer.example", true)]
    [InlineData("https://issuer.example", "https://issuer.example//", false)]
    [InlineData("https://issuer.example", "https://issuer.example/other", false)]
    [InlineData("https://issuer.example", "https://issuer.example.evil.example", false)]
    [InlineData("https://issuer.example", "https://Issuer.example", false)]
    [InlineData("https://issuer.example", "http://issuer.example", false)]
    [InlineData("https://issuer.example", "", false)]
    public void Document_MustNameTheAuthority(string authority, string issuer, bool expected)
        => Assert.Equal(expected, Address(authority, requireHttps: true).IsNamed(issuer));

    [Theory]
    [InlineData("https://issuer.example", true, "https://keys.example/set", true)]
    [InlineData("https://issuer.example", true, "http://issuer.example/set", false)]
    [InlineData("https://issuer.example", false, "http://issuer.example/set", false)]
    [InlineData("http://issuer.example", false, "http://issuer.example/set", true)]
    [InlineData("http://issuer.example", false, "https://issuer.example/set", true)]
    [InlineData("http://issuer.example", false, "file:///etc/passwd", false)]
    [InlineData("https://issuer.example", true, "https://ann:pass@issuer.example/set", false)]
    public void KeySet_ComesByHttps_WhereTheAuthorityDoes(string authority, bool requireHttps, string keySet, bool expected)
        => Assert.Equal(expected, Address(authority, requireHttps).Allows(new Uri(keySet)));

    [Fact]
    public async Task Issuing_WithAnAuthorityAlone_IsAClearError()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Ec("one"));
        await using var rig = await IssuerRig.StartAsync(issuer);
        var jwtIssuer = rig.App.App.Services.GetRequiredService<IJwtIssuer>();

        var error = Assert.Throws<InvalidOperationException>(() => jwtIssuer.Issue([new Claim("sub", "42")], TimeSpan.FromMinutes(5)));
        Assert.Contains("it has an Authority", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_DescribeThatKeysMayBeMissing()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Ec("one"));
        await using var rig = await IssuerRig.StartAsync(issuer);

        var statuses = rig.App.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Single(static endpoint => endpoint.RoutePattern.RawText == "/")
            .Metadata.OfType<IProducesResponseTypeMetadata>().Where(static type => type.StatusCode >= 400).Select(static type => type.StatusCode);
        Assert.Equal([401, 503], statuses.Order());
    }

    [Fact]
    public async Task RequireAuthorization_WithoutAuth_GoesByTheAuthorityToo()
    {
        await using var issuer = await FakeIssuer.StartAsync(IssuerKey.Ec("one"));
        issuer.Break(IssuerFault.ServerError);
        var clock = new ManualClock();
        await using var app = await AuthRig.StartPipelineAsync(
            clock,
            app => app.MapGet("/", () => "in").RequireAuthorization(),
            builder => builder.Services.AddAuthorization(),
            issuer.Settings());
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", issuer.Token());

        Assert.Equal(503, (int)(await app.Client.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);

        issuer.Discovery = null;
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (int)(await app.Client.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);

        app.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(401, (int)(await app.Client.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);
    }

    private static IssuerAddress Address(string authority, bool requireHttps)
        => IssuerAddress.Read(new AuthOptions { Authority = authority, RequireHttpsMetadata = requireHttps }, [])!;

    private static TokenRules? Read(Action<AuthOptions> configure, out List<string> faults)
    {
        faults = [];
        var options = new AuthOptions { Audience = "orders" };
        configure(options);
        return TokenRules.Read(options, faults);
    }
}
