using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>Policies of ASP.NET Core, about the request and about a handler's argument.</summary>
public sealed class AuthPolicyTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData("42", HttpStatusCode.OK)]
    [InlineData("43", HttpStatusCode.Forbidden)]
    public async Task Policy_IsAskedAboutTheRequest(string user, HttpStatusCode expected)
    {
        await using var app = await StartAsync(app => app.MapGet("/orders/{owner}", (string owner) => owner).WithAuth(o => o.Policy = "RouteOwner"));
        using var answer = await SendAsync(app, HttpMethod.Get, $"/orders/{user}", null);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"owner":"42"}""", HttpStatusCode.OK)]
    [InlineData("""{"owner":"43"}""", HttpStatusCode.Forbidden)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    public async Task Resource_IsTheBoundArgument(string body, HttpStatusCode expected)
    {
        var handled = 0;
        await using var app = await StartAsync(app => app.MapPost("/orders", (string? note, Order order) =>
        {
            handled++;
            return order.Owner;
        }).WithAuth(o => (o.Policy, o.Resource) = ("Owner", "order")));

        using var answer = await SendAsync(app, HttpMethod.Post, "/orders", body);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK ? 1 : 0, handled);

        if (expected == HttpStatusCode.Forbidden)
        {
            Assert.Equal(["Bearer error=\"insufficient_scope\""], answer.Headers.NonValidated["WWW-Authenticate"]);
            Assert.Contains("\"code\":\"forbidden\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Resource_OfAnAnonymousCaller_IsNotBound()
    {
        await using var app = await StartAsync(app => app.MapPost("/orders", (Order order) => order.Owner).WithAuth(o => (o.Policy, o.Resource) = ("Owner", "order")));
        using var content = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync(new Uri("/orders", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Resource_WhereAnonymousCallersAreAllowed_IsNotAskedAbout()
    {
        await using var app = await StartAsync(app => app.MapPost("/orders", (Order order) => order.Owner).WithAuth(o => (o.Policy, o.Resource) = ("Owner", "order")).AllowAnonymous());
        using var content = new StringContent("""{"owner":"43"}""", System.Text.Encoding.UTF8, "application/json");
        using var answer = await app.Client.PostAsync(new Uri("/orders", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Resource_InTheGlobalList_RefusesEveryRequest()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.UseRouteMiddleware();
                app.MapPost("/orders", (Order order) => order.Owner);
            },
            new("RouteMiddleware:Middleware:0:Name", "auth"),
            new("RouteMiddleware:Middleware:0:Options:Policy", "Owner"),
            new("RouteMiddleware:Middleware:0:Options:Resource", "order"));

        using var answer = await SendAsync(app, HttpMethod.Post, "/orders", """{"owner":"42"}""");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains(app.Logs.Records, static record => record.EventId.Name == "NoHandlerStage");
    }

    [Theory]
    [InlineData("ordr")]
    [InlineData("Order")]
    public async Task Start_WithAnUnknownParameter_IsRefused(string resource)
    {
        var error = await Assert.ThrowsAsync<RouteMiddlewareException>(() => StartAsync(app => app.MapPost("/orders", (Order order) => order.Owner).WithAuth(o => (o.Policy, o.Resource) = ("Owner", resource))));

        Assert.Contains($"Resource is '{resource}', but the endpoint's handler has only: order.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAResourceWhereThereIsNoHandler_IsRefused()
        => Assert.NotNull(await Record.ExceptionAsync(() => StartAsync(app => app.MapForeign("/foreign").WithAuth(o => (o.Policy, o.Resource) = ("Owner", "order")))));

    private static async Task<HttpResponseMessage> SendAsync(TestApp app, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TokenForge.Good());
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await app.Client.SendAsync(request);
    }

    private Task<TestApp> StartAsync(Action<WebApplication> map, params KeyValuePair<string, string?>[] settings)
        => AuthRig.StartPipelineAsync(
            _clock,
            map,
            static builder => builder.Services.AddAuthorizationBuilder()
                .AddPolicy("Owner", static policy => policy.RequireAssertion(static asked => asked.Resource is Order order && order.Owner == asked.User.FindFirst("sub")?.Value))
                .AddPolicy("RouteOwner", static policy => policy.RequireAssertion(static asked => asked.Resource is HttpContext context && Equals(context.Request.RouteValues["owner"], asked.User.FindFirst("sub")?.Value))),
            settings);

    private sealed record Order(string Owner);
}
