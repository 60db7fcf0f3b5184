using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Commands;

/// <summary>A request as it was typed: <c>POST /api/orders</c>, <c>/api/orders</c>, or <c>GET https://admin.example.com/users</c>.</summary>
/// <param name="Method">The method; <see langword="null"/> where none was typed.</param>
/// <param name="Scheme">The scheme.</param>
/// <param name="Host">The host.</param>
/// <param name="Path">The path as the pipeline gets it.</param>
/// <param name="Query">The query with its question mark.</param>
/// <param name="ContentType">The content type.</param>
internal sealed record RequestToExplain(string? Method, string Scheme, HostString Host, PathString Path, QueryString Query, string? ContentType)
{
    /// <summary>Reads it; <see langword="null"/> where it can't be read.</summary>
    public static RequestToExplain? Parse(IReadOnlyList<string> operands, string? contentType)
    {
        var words = string.Join(' ', operands).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        if (words.Length is 0 or > 2)
        {
            return null;
        }

        var method = words.Length == 2 ? words[0].ToUpperInvariant() : null;
        var target = words[^1];

        if (target.StartsWith('/'))
        {
            var parts = target.Split('#')[0].Split('?', 2);
            return new(method, "http", new HostString("localhost"), PathString.FromUriComponent(parts[0]), parts.Length == 2 ? new QueryString($"?{parts[1]}") : default, contentType);
        }

        return Uri.TryCreate(target, UriKind.Absolute, out var address) && (address.Scheme is "http" or "https")
            ? new(method, address.Scheme, HostString.FromUriComponent(address), PathString.FromUriComponent(address), QueryString.FromUriComponent(address), contentType)
            : null;
    }
}
