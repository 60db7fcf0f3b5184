using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Benchmarks.Wire;

/// <summary>The stack as hand-tuned <c>app.Use</c> code: a dictionary and a counter as limit, HMAC and JSON by hand for the token.</summary>
internal static class HandTuned
{
    private static readonly ConcurrentDictionary<IPAddress, Window> Windows = new();

    public static void Map(WebApplication app, int limit)
    {
        app.Use(HandHeaders.RequestIdAsync).Use(HandHeaders.TimingAsync).Use(HandHeaders.SecurityAsync);
        app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/" ? AuthorizeAsync(context, next) : next(context));
        app.Use((HttpContext context, RequestDelegate next) => context.Request.Path == "/" ? LimitAsync(context, next, limit) : next(context));
        app.MapGet("/", (HttpContext context) => new Answer("hello", int.Parse(SignedValue.Read(context.Request.Cookies["hand"]) ?? "0", CultureInfo.InvariantCulture)));
    }

    public static Task AuthorizeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers.Authorization.ToString() is not { Length: > 7 } header || ReadToken(header.AsSpan(7)) is not { } user)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        context.User = user;
        return next(context);
    }

    private static Task LimitAsync(HttpContext context, RequestDelegate next, int limit)
    {
        var window = Windows.GetOrAdd(context.Connection.RemoteIpAddress!, static _ => new Window());
        var now = Environment.TickCount64;

        lock (window)
        {
            if (now - window.Start >= 60_000)
            {
                (window.Start, window.Count) = (now, 0);
            }

            if (window.Count++ >= limit)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                return Task.CompletedTask;
            }
        }

        context.Response.Headers["X-RateLimit-Remaining"] = (limit - window.Count).ToString(CultureInfo.InvariantCulture);
        return next(context);
    }

    private static ClaimsPrincipal? ReadToken(ReadOnlySpan<char> token)
    {
        var lastDot = token.LastIndexOf('.');
        Span<byte> signed = stackalloc byte[1024];
        Span<byte> expected = stackalloc byte[32];
        Span<byte> actual = stackalloc byte[32];

        if (lastDot <= 0
            || !Encoding.ASCII.TryGetBytes(token[..lastDot], signed, out var length)
            || !HMACSHA256.TryHashData(WireServer.Key, signed[..length], expected, out _)
            || !Base64Url.TryDecodeFromChars(token[(lastDot + 1)..], actual, out var written)
            || written != 32
            || !CryptographicOperations.FixedTimeEquals(expected, actual))
        {
            return null;
        }

        Span<byte> payload = stackalloc byte[1024];
        var firstDot = token.IndexOf('.');

        if (!Base64Url.TryDecodeFromChars(token[(firstDot + 1)..lastDot], payload, out var payloadLength))
        {
            return null;
        }

        var identity = new ClaimsIdentity("hand", "name", "role");
        var reader = new Utf8JsonReader(payload[..payloadLength]);
        var expires = 0L;

        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var name = reader.GetString()!;
            reader.Read();

            if (name is "exp")
            {
                expires = reader.GetInt64();
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                identity.AddClaim(new Claim(name, reader.GetString()!));
            }
        }

        return DateTimeOffset.UtcNow.ToUnixTimeSeconds() < expires ? new ClaimsPrincipal(identity) : null;
    }

    private sealed class Window
    {
        public long Start { get; set; } = Environment.TickCount64;

        public int Count { get; set; }
    }
}
