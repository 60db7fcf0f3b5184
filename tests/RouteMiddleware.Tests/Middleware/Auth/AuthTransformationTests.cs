using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>The application's <see cref="IClaimsTransformation"/> adds to a token's user as it does to everybody else's.</summary>
public sealed class AuthTransformationTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(ServiceLifetime.Singleton, false)]
    [InlineData(ServiceLifetime.Scoped, false)]
    [InlineData(ServiceLifetime.Transient, false)]
    [InlineData(ServiceLifetime.Scoped, true)]
    public async Task Transformation_OfAnyLifetime_RunsBeforeRolesAreAskedAndForSeenTokensToo(ServiceLifetime lifetime, bool withAuthentication)
    {
        await using var app = await StartAsync(builder =>
        {
            builder.Services.Add(new ServiceDescriptor(typeof(IClaimsTransformation), typeof(AddAdmin), lifetime));

            if (withAuthentication)
            {
                builder.Services.AddAuthentication();
            }
        });

        for (var i = 0; i < 3; i++)
        {
            // One role each time: what is added to one request's user does not reach the next.
            Assert.Equal((HttpStatusCode.OK, "1"), await SendAsync(app, "/roles"));
        }
    }

    [Fact]
    public async Task Transformation_OfOneRequest_RunsOnce()
    {
        var runs = 0;
        await using var app = await StartAsync(builder => builder.Services.AddSingleton<IClaimsTransformation>(new Calls(user =>
        {
            runs++;
            return user;
        })));

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(app, "/roles")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(app, "/twice")).Status);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task Transformation_ThatThrowsOrReturnsNobody_LetsNobodyPass()
    {
        var answer = new Func<ClaimsPrincipal, ClaimsPrincipal>(static _ => null!);
        await using var app = await StartAsync(builder => builder.Services.AddSingleton<IClaimsTransformation>(new Calls(user => answer(user))));

        Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(app, "/twice")).Status);
        answer = static _ => throw new TimeoutException();
        Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(app, "/twice")).Status);
    }

    [Fact]
    public async Task Authentication_WithoutATransformation_ChangesNothing()
    {
        await using var app = await StartAsync(static builder => builder.Services.AddAuthentication());

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(app, "/twice")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(app, "/roles")).Status);
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(TestApp app, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", TokenForge.Good());
        using var answer = await app.Client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<TestApp> StartAsync(Action<WebApplicationBuilder> services)
        => AuthRig.StartPipelineAsync(
            _clock,
            static app =>
            {
                app.MapGet("/roles", (ClaimsPrincipal user) => $"{user.FindAll(ClaimTypes.Role).Count()}").WithMiddleware("auth:admin");
                app.MapGroup("/twice").WithMiddleware("optional_auth").MapGet("", () => "ok").WithMiddleware("auth");
            },
            services);

    private sealed class AddAdmin : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim(ClaimTypes.Role, "admin"));
            return Task.FromResult(principal);
        }
    }

    private sealed class Calls(Func<ClaimsPrincipal, ClaimsPrincipal> transform) : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal) => Task.FromResult(transform(principal));
    }
}
