using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth;

namespace RouteMiddleware.Testing;

/// <summary>Lets tests say who the user is.</summary>
public static class TestUserWebApplicationFactoryExtensions
{
    private static readonly string[] Aliases = ["auth", "optional_auth"];

    /// <summary>
    /// Has the test's client say who the user is, by <see cref="TestUserHttpClientExtensions.AsUser(HttpClient, string, string[])"/>, in the place of tokens: for <c>auth</c>, <c>optional_auth</c> and
    /// ASP.NET Core's default scheme. Everything that decides what the user may do stays as it is: roles, scopes, policies. A request without a user is anonymous.
    /// </summary>
    /// <typeparam name="TEntryPoint">A type of the application.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <returns>A factory of the changed application.</returns>
    public static WebApplicationFactory<TEntryPoint> WithTestUsers<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
        => factory.With(static services =>
        {
            services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TestUserHandler>(TestUser.Scheme, null);
            services.PostConfigure<AuthenticationOptions>(static options =>
            {
                options.DefaultAuthenticateScheme = TestUser.Scheme;
                options.DefaultChallengeScheme = TestUser.Scheme;
                options.DefaultForbidScheme = TestUser.Scheme;
            });

            var builder = services.AddRouteMiddleware();

            foreach (var alias in Aliases.Where(alias => builder.Registrations.Any(registration => AliasText.AreSame(registration.Alias, alias) && registration.OptionsType == typeof(AuthOptions))))
            {
                builder.PostConfigure<AuthOptions>(alias, static options => options.Scheme = TestUser.Scheme);
            }
        });
}
