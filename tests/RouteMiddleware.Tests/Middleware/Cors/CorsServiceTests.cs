using System.Collections.Concurrent;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RouteMiddleware.Tests.Middleware.Cors;

/// <summary>An application's own <see cref="ICorsService"/>.</summary>
public sealed class CorsServiceTests
{
    [Theory]
    [InlineData("https://tenant.example.com", "https://tenant.example.com", true)]
    [InlineData(CorsApp.Origin, null, true)]
    [InlineData("null", null, false)]
    [InlineData("garbage", null, false)]
    [InlineData(null, null, false)]
    public async Task ServiceOfTheApplication_DecidesEachRequest(string? origin, string? expected, bool isAsked)
    {
        var service = new TenantService();
        await using var app = await CorsApp.StartAsync(
            static o => (o.AllowOrigins, o.ExposeHeaders, o.AllowHeaders) = ([CorsApp.Origin], ["X-Total"], ["X-A"]),
            builder => builder.Services.AddSingleton<ICorsService>(service));

        var reply = await app.SendAsync("GET", "/", origin);
        var preflight = origin is null ? reply : await app.AskAsync("/", origin, "POST", "x-a");

        Assert.Equal(expected, reply.AllowOrigin);
        Assert.Equal(expected is null ? null : "X-Total", reply["Access-Control-Expose-Headers"]);
        Assert.Equal("Origin", reply.Vary);
        Assert.Equal(expected, preflight.AllowOrigin);
        Assert.Equal(isAsked ? 2 : 0, service.Asked.Count);
        Assert.All(service.Asked, static policy =>
        {
            Assert.Equal([CorsApp.Origin], policy.Origins);
            Assert.Equal(["GET", "HEAD", "POST"], policy.Methods);
            Assert.Equal(["X-A"], policy.Headers);
            Assert.Equal(["X-Total"], policy.ExposedHeaders);
            Assert.Equal(TimeSpan.FromSeconds(600), policy.PreflightMaxAge);
            Assert.True(policy.IsOriginAllowed(CorsApp.Origin));
            Assert.False(policy.IsOriginAllowed("https://evil.example"));
        });
    }

    [Fact]
    public async Task ServiceOfTheApplication_WithAnyOrigin_MakesTheAnswerDependOnIt()
    {
        await using var app = await CorsApp.StartAsync(static o => o.AllowOrigins = ["*"], static builder => builder.Services.AddSingleton<ICorsService>(new TenantService()));

        var reply = await app.SendAsync("GET", "/", "https://tenant.example.com");
        var denied = await app.SendAsync("GET", "/", CorsApp.Origin);

        Assert.Equal("*", reply.AllowOrigin);
        Assert.Equal("Origin", reply.Vary);
        Assert.Null(denied.AllowOrigin);
        Assert.Equal("Origin", denied.Vary);
    }

    // A preflight that is too big to be one is denied before anybody reads it.
    [Fact]
    public async Task C6_ServiceOfTheApplication_IsNotAskedAboutFloods()
    {
        var service = new TenantService();
        await using var app = await CorsApp.StartAsync(static o => o.AllowHeaders = ["*"], builder => builder.Services.AddSingleton<ICorsService>(service));

        await app.AskAsync("/", "https://tenant.example.com", "GET", new string(',', 20_000));

        Assert.Empty(service.Asked);
    }

    private sealed class TenantService : ICorsService
    {
        public ConcurrentQueue<CorsPolicy> Asked { get; } = new();

        public CorsResult EvaluatePolicy(HttpContext context, CorsPolicy policy)
        {
            Asked.Enqueue(policy);
            return new() { IsOriginAllowed = context.Request.Headers.Origin == "https://tenant.example.com" };
        }

        public void ApplyResult(CorsResult result, HttpResponse response) => throw new NotSupportedException("The headers are ours.");
    }
}
