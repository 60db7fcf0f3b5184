using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Auth;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>An OpenID Connect issuer on a socket: a discovery document, a key set, and whatever can be wrong with them.</summary>
internal sealed class FakeIssuer : IAsyncDisposable
{
    public const string Audience = "orders";

    private readonly ConcurrentQueue<string> _paths = new();
    private TestApp _app = null!;
    private volatile IssuerKey[] _keys = [];

    public string Authority => $"{_app.Address.GetLeftPart(UriPartial.Authority)}/realm";

    /// <summary>The keys that it publishes.</summary>
    public IReadOnlyList<IssuerKey> Keys
    {
        get => _keys;
        set => _keys = [.. value];
    }

    /// <summary>Answers in place of the discovery document; told the good one.</summary>
    public Func<HttpContext, string, Task>? Discovery { get; set; }

    /// <summary>Answers in place of the key set; told the good one.</summary>
    public Func<HttpContext, string, Task>? KeySet { get; set; }

    /// <summary>How often its keys were fetched.</summary>
    public int Fetches => _paths.Count(static path => path == "/realm/.well-known/openid-configuration");

    /// <summary>Every path that was asked for.</summary>
    public IReadOnlyCollection<string> Paths => _paths;

    public static async Task<FakeIssuer> StartAsync(params IssuerKey[] keys)
    {
        var issuer = new FakeIssuer { Keys = keys };
        issuer._app = await TestApp.StartAsync(static _ => { }, app => app.Run(issuer.AnswerAsync));
        return issuer;
    }

    /// <summary>A payload as this issuer would write it.</summary>
    public string Payload(string more = "", string audience = Audience) => TokenForge.Payload($"\"iss\":\"{Authority}\",\"aud\":\"{audience}\"{(more.Length == 0 ? "" : "," + more)}");

    /// <summary>A good token by the first of its keys, or another.</summary>
    public string Token(IssuerKey? key = null, string more = "") => (key ?? Keys[0]).Sign(Payload(more));

    public void Configure(AuthOptions options)
    {
        options.Secret = null;
        options.Authority = Authority;
        options.Audience = Audience;
        options.RequireHttpsMetadata = false;
    }

    /// <summary>The settings of an application that accepts its tokens.</summary>
    public KeyValuePair<string, string?>[] Settings(params KeyValuePair<string, string?>[] more)
    {
        Dictionary<string, string?> settings = new()
        {
            ["RouteMiddleware:Auth:Secret"] = "",
            ["RouteMiddleware:Auth:Authority"] = Authority,
            ["RouteMiddleware:Auth:Audience"] = Audience,
            ["RouteMiddleware:Auth:RequireHttpsMetadata"] = "false",
        };

        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return [.. settings];
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        _paths.Enqueue(context.Request.Path.Value!);
        var discovery = $$"""{"issuer":"{{Authority}}","jwks_uri":"{{Authority}}/keys","authorization_endpoint":"{{Authority}}/authorize"}""";
        var keySet = $$"""{"keys":[{{string.Join(',', Keys.Select(static key => key.Jwk))}}]}""";

        switch (context.Request.Path.Value)
        {
            case "/realm/.well-known/openid-configuration":
                return Discovery?.Invoke(context, discovery) ?? context.Response.WriteAsync(discovery);
            case "/realm/keys":
                return KeySet?.Invoke(context, keySet) ?? context.Response.WriteAsync(keySet);
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
        }
    }
}
