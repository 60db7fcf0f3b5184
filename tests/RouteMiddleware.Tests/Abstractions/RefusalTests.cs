using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Abstractions;

public sealed class RefusalTests
{
    private static readonly Refusal Busy = new(429, "rate_limit_exceeded", "Too Many Requests", "Wait a little.");

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/html")]
    [InlineData("*/*")]
    public async Task Refusal_WhateverTheCallerAccepts_IsAProblem(string accept)
    {
        await using var app = await TestApp.StartAsync(
            builder => builder.Services.AddRouteMiddleware(),
            app => app.MapGet("/a/b", () => "").WithMiddleware((context, _) => Busy.WriteAsync(context, TimeSpan.FromSeconds(1.2))));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/a/b", UriKind.Relative));
        request.Headers.Add("Accept", accept);

        using var response = await app.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(TimeSpan.FromSeconds(2), response.Headers.RetryAfter?.Delta);

        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(429, problem.GetProperty("status").GetInt32());
        Assert.Equal("Too Many Requests", problem.GetProperty("title").GetString());
        Assert.Equal("Wait a little.", problem.GetProperty("detail").GetString());
        Assert.Equal("rate_limit_exceeded", problem.GetProperty("code").GetString());
        Assert.Equal("/a/b", problem.GetProperty("instance").GetString());
        Assert.Equal(2, problem.GetProperty("retry_after").GetInt64());
        Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
        Assert.False(problem.TryGetProperty("requestId", out _));
    }

    [Fact]
    public void Refusal_WithAStatusThatRefusesNothing_CannotBeMade()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new Refusal(200, "ok", "", ""));
}
