using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Auth.Keys;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>An application on a socket that trusts an issuer on another: <c>/</c> asks for a token, <c>/perhaps</c> takes one.</summary>
internal sealed class IssuerRig : IAsyncDisposable
{
    private IssuerRig(FakeIssuer issuer, ManualClock clock, TestApp app) => (Issuer, Clock, App) = (issuer, clock, app);

    public FakeIssuer Issuer { get; }

    public ManualClock Clock { get; }

    public TestApp App { get; }

    public IssuerKeySource Source => App.App.Services.GetRequiredService<IssuerKeySources>().Get(new IssuerAddress(Issuer.Authority, RequireHttps: false));

    public static async Task<IssuerRig> StartAsync(FakeIssuer issuer, Action<WebApplicationBuilder>? services = null, params KeyValuePair<string, string?>[] settings)
    {
        var clock = new ManualClock();
        var app = await AuthRig.StartPipelineAsync(
            clock,
            app =>
            {
                app.MapGet("/", (HttpContext context) => context.User.FindFirst("sub")?.Value).WithMiddleware("auth");
                app.MapGet("/perhaps", (HttpContext context) => context.User.FindFirst("sub")?.Value ?? "anonymous").WithMiddleware("optional_auth");
            },
            services,
            issuer.Settings(settings));
        return new IssuerRig(issuer, clock, app);
    }

    public static Task<IssuerRig> StartAsync(FakeIssuer issuer, params KeyValuePair<string, string?>[] settings) => StartAsync(issuer, null, settings);

    /// <summary>Moves the clock on, and lets what that began come to its end.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Source.Fetching;
    }

    public async Task<HttpResponseMessage> GetAsync(string? token, string path = "/")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await App.Client.SendAsync(request);
    }

    public async Task<int> StatusAsync(string? token, string path = "/")
    {
        using var answer = await GetAsync(token, path);
        return (int)answer.StatusCode;
    }

    /// <summary>Changes a value of the section while the application runs.</summary>
    public void Change(string key, string value)
    {
        var configuration = (IConfigurationRoot)App.App.Services.GetRequiredService<IConfiguration>();
        configuration[$"RouteMiddleware:Auth:{key}"] = value;
        configuration.Reload();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
