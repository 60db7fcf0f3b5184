using Microsoft.AspNetCore.Http;
using RouteMiddleware.Middleware.Auth.Keys;

namespace RouteMiddleware.Tests.Middleware.Auth.Keys;

/// <summary>Makes an issuer do so.</summary>
internal static class IssuerFaults
{
    public static void Break(this FakeIssuer issuer, IssuerFault fault)
    {
        Func<HttpContext, string, Task> Change(string from, string to) => (context, good) =>
        {
            Assert.Contains(from, good, StringComparison.Ordinal);
            return context.Response.WriteAsync(good.Replace(from, to, StringComparison.Ordinal));
        };
        Func<HttpContext, string, Task> Status(int status) => (context, good) =>
        {
            context.Response.StatusCode = status;

            // Whoever follows it finds what he looks for.
            context.Response.Headers.Location = $"{context.Request.Path}?again";
            return context.Response.WriteAsync(good);
        };
        Func<HttpContext, string, Task> Text(string text) => (context, _) => context.Response.WriteAsync(text);

        (Func<HttpContext, string, Task>? Discovery, Func<HttpContext, string, Task>? KeySet) answers = fault switch
        {
            IssuerFault.Aborts => (static (context, _) => Task.Run(context.Abort), null),
            IssuerFault.ServerError => (Status(500), null),
            IssuerFault.NotFound => (Status(404), null),
            IssuerFault.Redirects => ((context, good) => context.Request.QueryString.HasValue ? context.Response.WriteAsync(good) : Status(302)(context, good), null),
            IssuerFault.Html => (Text("<html>Sign in</html>"), null),
            IssuerFault.Empty => (Text(""), null),
            IssuerFault.Truncated => (null, (context, good) => context.Response.WriteAsync(good[..^2])),
            IssuerFault.Huge => (null, (context, good) => context.Response.WriteAsync(good + new string(' ', IssuerClient.MaxBytes))),
            IssuerFault.OtherIssuer => (Change($"\"{issuer.Authority}\"", "\"https://evil.example\""), null),
            IssuerFault.NoIssuer => (Change("\"issuer\"", "\"Issuer\""), null),
            IssuerFault.NoAddress => (Change("jwks_uri", "jwks"), null),
            IssuerFault.ForeignAddress => (Change($"{issuer.Authority}/keys", "file:///etc/passwd"), null),
            IssuerFault.NoKeys => (null, Text("{\"keys\":[]}")),
            IssuerFault.KeysAreNoList => (null, Text("{\"keys\":{}}")),
            IssuerFault.OnlyUnusableKeys => (null, Text($"{{\"keys\":[{IssuerKey.Rsa("weak", bits: 1024).Jwk},{{\"kty\":\"oct\",\"k\":\"{TokenForge.Encode(TokenForge.Secret)}\"}}]}}")),
            IssuerFault.TwiceTheKeys => (null, (context, good) => context.Response.WriteAsync(good[..^1] + ",\"keys\":[]}")),
            IssuerFault.KeySetIsDown => (null, Status(503)),
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
        (issuer.Discovery, issuer.KeySet) = answers;
    }
}
