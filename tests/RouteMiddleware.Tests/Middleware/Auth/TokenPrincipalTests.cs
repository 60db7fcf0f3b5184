using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Tests.Middleware.Auth;

public sealed class TokenPrincipalTests
{
    private readonly AuthRig _rig = new();

    [Theory]
    [InlineData("""{"sub":"42"}""", "42")]
    [InlineData("""{"user_id":"42"}""", "42")]
    [InlineData("""{"user_id":42}""", "42")]
    public async Task Subject_InAnySpelling_IsFoundByAll(string payload, string id)
    {
        var user = await UserAsync(payload);

        Assert.All(["sub", "user_id", ClaimTypes.NameIdentifier], type => Assert.Equal(id, Assert.Single(user.FindAll(type)).Value));
        Assert.True(user.Identity!.IsAuthenticated);
    }

    [Theory]
    [InlineData("""{"name":"Ann"}""")]
    [InlineData("""{"username":"Ann"}""")]
    public async Task Name_InAnySpelling_IsTheIdentitysName(string payload)
    {
        var user = await UserAsync(payload);

        Assert.Equal("Ann", user.Identity!.Name);
        Assert.All(["name", "username", ClaimTypes.Name], type => Assert.Equal("Ann", Assert.Single(user.FindAll(type)).Value));
    }

    [Theory]
    [InlineData("""{"role":"admin"}""", "admin")]
    [InlineData("""{"roles":"admin"}""", "admin")]
    [InlineData("""{"role":["admin","editor"]}""", "admin editor")]
    [InlineData("""{"roles":["admin","editor"]}""", "admin editor")]
    [InlineData("""{"role":"admin","roles":["editor","admin"]}""", "admin editor")]
    [InlineData("""{"roles":[1,{"name":"admin"},null,true,["admin"]]}""", "")]
    [InlineData("""{"role":null}""", "")]
    [InlineData("""{"roles":"admin,editor"}""", "admin,editor")]
    [InlineData("""{"http://schemas.microsoft.com/ws/2008/06/identity/claims/role":5}""", "")]
    public async Task Roles_InAnySpelling_AreFoundByAll(string payload, string roles)
    {
        var lazy = await UserAsync(payload);
        var made = await UserAsync(payload);
        var expected = roles.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.All(expected, role => Assert.True(lazy.IsInRole(role)));
        Assert.Equal(expected, made.FindAll(ClaimTypes.Role).Select(claim => claim.Value));
        Assert.All(expected, role => Assert.True(made.IsInRole(role) && made.HasClaim("role", role) && made.HasClaim("roles", role)));

        Assert.False(lazy.IsInRole("Admin"));
        Assert.False(lazy.IsInRole("1"));
        Assert.False(lazy.IsInRole(expected.Length == 0 ? "admin" : "adm"));
        Assert.Equal(lazy.IsInRole("admin"), made.IsInRole("admin"));
    }

    [Fact]
    public async Task TwoSpellings_ThatDiffer_KeepTheirOwnValues()
    {
        var user = await UserAsync("""{"user_id":"7","sub":"abc","username":"ann7","name":"Ann"}""");

        Assert.Equal("abc", user.FindFirst("sub")!.Value);
        Assert.Equal("7", user.FindFirst("user_id")!.Value);
        Assert.Equal("abc", user.FindFirst(ClaimTypes.NameIdentifier)!.Value);
        Assert.Equal("Ann", user.Identity!.Name);
    }

    [Fact]
    public async Task Claims_KeepTheirKindAndIssuer()
    {
        var user = await UserAsync("""{"iss":"me","level":3,"ratio":0.5,"admin":false,"address":{"city":"Bonn"},"tags":["a","b"],"none":null}""");

        Assert.Equal(("3", ClaimValueTypes.Integer64), Kind("level"));
        Assert.Equal(("0.5", ClaimValueTypes.Double), Kind("ratio"));
        Assert.Equal(("false", ClaimValueTypes.Boolean), Kind("admin"));
        Assert.Equal(("""{"city":"Bonn"}""", "JSON"), Kind("address"));
        Assert.Equal(["a", "b"], user.FindAll("tags").Select(claim => claim.Value));
        Assert.Null(user.FindFirst("none"));
        Assert.Equal("me", user.FindFirst("level")!.Issuer);
        Assert.All(user.Claims, claim => Assert.Same(user.Identity, claim.Subject));

        (string, string) Kind(string type) => (user.FindFirst(type)!.Value, user.FindFirst(type)!.ValueType);
    }

    [Fact]
    public async Task Change_OfOneRequestsUser_ReachesNoOther()
    {
        var auth = _rig.Auth();
        var token = TokenForge.Good("\"role\":\"reader\"");
        var first = (await _rig.RunAsync(auth, token)).Context.User;

        var identity = (ClaimsIdentity)first.Identity!;
        identity.AddClaim(new Claim(ClaimTypes.Role, "admin"));
        identity.RemoveClaim(identity.FindFirst("sub"));
        identity.FindFirst("name")!.Properties["changed"] = "yes";
        first.AddIdentity(new ClaimsIdentity([new Claim("other", "1")]));

        var second = (await _rig.RunAsync(auth, token)).Context.User;
        Assert.True(first.IsInRole("admin"));
        Assert.False(second.IsInRole("admin"));
        Assert.Equal("42", second.FindFirst("sub")!.Value);
        Assert.Empty(second.FindFirst("name")!.Properties);
        Assert.Single(second.Identities);
    }

    [Theory]
    [MemberData(nameof(FirstTouches))]
    public async Task FirstTouch_OfAnyKind_SeesTheWholeUser(string _, Func<ClaimsPrincipal, bool> touch)
    {
        var user = await UserAsync("""{"sub":"42"}""");

        Assert.True(touch(user));
        Assert.Equal("42", user.FindFirst("sub")?.Value);
    }

    public static TheoryData<string, Func<ClaimsPrincipal, bool>> FirstTouches => new()
    {
        { "Identity", user => user.Identity is { IsAuthenticated: true, AuthenticationType: "Bearer" } },
        { "Identities", user => user.Identities.Count() == 1 },
        { "Claims", user => user.Claims.Any() },
        { "FindFirst", user => user.FindFirst("user_id") is not null },
        { "FindFirst by predicate", user => user.FindFirst(claim => claim.Type == "sub") is not null },
        { "FindAll", user => user.FindAll("sub").Count() == 1 },
        { "FindAll by predicate", user => user.FindAll(claim => claim.Type == "sub").Count() == 1 },
        { "HasClaim", user => user.HasClaim("sub", "42") && !user.HasClaim("sub", "4") },
        { "HasClaim by predicate", user => user.HasClaim(claim => claim.Value == "42") },
        { "Clone", user => user.Clone().HasClaim("sub", "42") },
        { "copy", user => new ClaimsPrincipal(user).HasClaim("sub", "42") },
        { "copied identity", user => new ClaimsIdentity(user.Identity).HasClaim("sub", "42") },
        { "AddIdentity", user => Added(user, static (to, identity) => to.AddIdentity(identity)) },
        { "AddIdentities", user => Added(user, static (to, identity) => to.AddIdentities([identity])) },
        { "WriteTo", user => Written(user).HasClaim("sub", "42") },
    };

    [Fact]
    public async Task User_ReadByManyThreadsAtOnce_HasOneIdentity()
    {
        for (var round = 0; round < 200; round++)
        {
            var user = await UserAsync("""{"sub":"42"}""");
            using var start = new Barrier(2);
            await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                start.SignalAndWait();
                Assert.Equal("42", user.FindFirst("sub")?.Value);
            })));
            Assert.Single(user.Identities);
        }
    }

    [Fact]
    public async Task Features_TellTheResultAsAspNetCoreDoes()
    {
        var context = (await _rig.RunAsync(_rig.Auth(), TokenForge.Good())).Context;
        var feature = context.Features.Get<IAuthenticateResultFeature>()!;

        Assert.True(feature.AuthenticateResult!.Succeeded);
        Assert.Same(context.User, feature.AuthenticateResult.Principal);
        Assert.Equal("Bearer", feature.AuthenticateResult.Ticket!.AuthenticationScheme);
        Assert.Equal(TokenForge.Now.AddHours(1), feature.AuthenticateResult.Properties!.ExpiresUtc);
        Assert.Same(context.User, context.Features.Get<IHttpAuthenticationFeature>()!.User);

        var other = new ClaimsPrincipal();
        context.User = other;
        Assert.Null(feature.AuthenticateResult);

        feature.AuthenticateResult = AuthenticateResult.NoResult();
        Assert.Null(context.Features.Get<IHttpAuthenticationFeature>()!.User);
    }

    private static bool Added(ClaimsPrincipal user, Action<ClaimsPrincipal, ClaimsIdentity> add)
    {
        add(user, new ClaimsIdentity([new Claim("more", "1")]));
        return user.Identities.Count() == 2 && user.HasClaim("more", "1") && user.HasClaim("sub", "42");
    }

    private static ClaimsPrincipal Written(ClaimsPrincipal user)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        user.WriteTo(writer);
        stream.Position = 0;
        using var reader = new BinaryReader(stream);
        return new ClaimsPrincipal(reader);
    }

    private async Task<ClaimsPrincipal> UserAsync(string payload)
    {
        var token = TokenForge.Sign(TokenForge.Header, $$"""{"exp":{{TokenForge.Seconds(60)}},{{payload[1..]}}""");
        var (passed, context) = await _rig.RunAsync(_rig.Auth(), token);
        Assert.True(passed);
        return context.User;
    }
}
