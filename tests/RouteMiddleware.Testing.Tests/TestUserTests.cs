using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Mvc.Testing;

namespace RouteMiddleware.Testing.Tests;

public sealed class TestUserTests(TestedAppFactory factory) : IClassFixture<TestedAppFactory>
{
    [Fact]
    public async Task User_OfATest_IsWhoTheClientSays()
    {
        await using var changed = factory.WithTestUsers();
        var client = changed.CreateClient().AsUser("Zoë");

        Assert.Equal("Zoë Zoë", await client.GetStringAsync(new Uri("/api/orders", UriKind.Relative)));
        Assert.Equal("bob bob", await client.AsUser("bob").GetStringAsync(new Uri("/api/orders", UriKind.Relative)));
    }

    [Theory]
    [InlineData("/api/orders", null, HttpStatusCode.Unauthorized)]
    [InlineData("/api/orders", "", HttpStatusCode.OK)]
    [InlineData("/api/admin", "", HttpStatusCode.Forbidden)]
    [InlineData("/api/admin", "editor,guest", HttpStatusCode.Forbidden)]
    [InlineData("/api/admin", "editor,admin", HttpStatusCode.OK)]
    [InlineData("/in-box", null, HttpStatusCode.Unauthorized)]
    [InlineData("/in-box", "", HttpStatusCode.OK)]
    public async Task Roles_OfTheUser_AreAskedForAsEver(string path, string? roles, HttpStatusCode expected)
    {
        await using var changed = factory.WithTestUsers();
        var client = changed.CreateClient();

        if (roles is not null)
        {
            client.AsUser("alice", roles.Split(',', StringSplitOptions.RemoveEmptyEntries));
        }

        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(expected, response.StatusCode);

        if (expected == HttpStatusCode.Unauthorized && path.StartsWith("/api", StringComparison.Ordinal))
        {
            Assert.Contains("credentials_missing", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        }
    }

    [Fact]
    public async Task Claims_OfTheUser_AreThoseGiven()
    {
        await using var changed = factory.WithTestUsers();
        var client = changed.CreateClient().AsUser([new Claim("sub", "7"), new Claim(ClaimTypes.Name, "seven"), new Claim(ClaimTypes.Role, "admin")]);

        Assert.Equal("seven 7", await client.GetStringAsync(new Uri("/api/orders", UriKind.Relative)));

        using var response = await client.AsAnonymous().GetAsync(new Uri("/api/orders", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Host_WithoutTestUsers_BelievesNobody()
    {
        using var response = await factory.CreateClient().AsUser("alice", "admin").GetAsync(new Uri("/api/orders", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
