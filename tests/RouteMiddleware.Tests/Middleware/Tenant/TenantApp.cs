using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Tenant;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Tenant;

/// <summary>An application whose routes answer with their tenant.</summary>
internal static class TenantApp
{
    /// <summary>Claims by header stand for the authentication in front: <c>Test-Claims: tenant_id=acme;tid=acme</c>; a leading <c>!</c> makes them nobody's.</summary>
    public static Task<TestApp> StartAsync(Action<TenantOptions>? configure = null, Action<WebApplication>? map = null, Action<IServiceCollection>? services = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                services?.Invoke(builder.Services);
            },
            app =>
            {
                app.Use(static (context, next) =>
                {
                    context.User = UserOf(context.Request.Headers["Test-Claims"].ToString());
                    return next(context);
                });
                app.UseRouteMiddleware();
                map?.Invoke(app);
                app.MapGet("/", static (HttpContext context) => context.GetTenantId() ?? "(none)").WithTenant(configure);
                app.MapGet("/t/{tenant}", static (HttpContext context) => context.GetTenantId() ?? "(none)").WithTenant(configure);
            });

    /// <summary>Sends a request and tells the tenant that answered, or the status and the code of the refusal.</summary>
    public static async Task<string> AskAsync(this TestApp app, string path = "/", string host = "127.0.0.1", string? claims = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path)) { Headers = { Host = host } };

        foreach (var (name, value) in claims is null ? headers : [("Test-Claims", claims), .. headers])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await app.Client.SendAsync(request);

        if (response.IsSuccessStatusCode)
        {
            return await response.Content.ReadAsStringAsync();
        }

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        return $"{(int)response.StatusCode} {(await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()}";
    }

    private static ClaimsPrincipal UserOf(string text)
    {
        var claims = text.TrimStart('!').Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(static claim => claim.Split('=', 2))
            .Select(static pair => new Claim(pair[0], pair[1]));

        return text.Length == 0 ? new() : new(new ClaimsIdentity(claims, text.StartsWith('!') ? null : "test"));
    }
}
