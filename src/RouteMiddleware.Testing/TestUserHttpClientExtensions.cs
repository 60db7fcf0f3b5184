using System.Security.Claims;

namespace RouteMiddleware.Testing;

/// <summary>Signs the client of a test in, at a host made by <see cref="TestUserWebApplicationFactoryExtensions.WithTestUsers"/>. Other hosts take no notice.</summary>
public static class TestUserHttpClientExtensions
{
    /// <summary>Sends every further request as a user.</summary>
    /// <param name="client">The client.</param>
    /// <param name="name">The user's name and id.</param>
    /// <param name="roles">The user's roles. Default: none.</param>
    /// <returns><paramref name="client"/>, for chaining.</returns>
    public static HttpClient AsUser(this HttpClient client, string name, params string[] roles)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(roles);
        return client.AsUser(TestUser.ClaimsOf(name, roles));
    }

    /// <summary>Sends every further request as a user with exactly these claims.</summary>
    /// <param name="client">The client.</param>
    /// <param name="claims">The claims: <c>sub</c>, <c>scope</c>, <see cref="ClaimTypes.Role"/>.</param>
    /// <returns><paramref name="client"/>, for chaining.</returns>
    public static HttpClient AsUser(this HttpClient client, IEnumerable<Claim> claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        client.AsAnonymous().DefaultRequestHeaders.Add(TestUser.HeaderName, TestUser.Write(claims));
        return client;
    }

    /// <summary>Sends every further request as nobody.</summary>
    /// <param name="client">The client.</param>
    /// <returns><paramref name="client"/>, for chaining.</returns>
    public static HttpClient AsAnonymous(this HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        client.DefaultRequestHeaders.Remove(TestUser.HeaderName);
        return client;
    }
}
