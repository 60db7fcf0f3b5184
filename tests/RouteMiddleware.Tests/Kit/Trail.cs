using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RouteMiddleware.Tests.Kit;

/// <summary>Middleware for tests that write their name into the header <c>Trail</c>, in the order in which they run.</summary>
public static class Trail
{
    public const string Header = "Trail";

    public static Func<HttpContext, RequestDelegate, Task> Step(string name) => (context, next) =>
    {
        Leave(context, name);
        return next(context);
    };

    public static void Leave(HttpContext context, string name)
    {
        ArgumentNullException.ThrowIfNull(context);
        var headers = context.Response.Headers;
        headers[Header] = headers[Header].Count == 0 ? name : $"{headers[Header]} {name}";
    }

    public static async Task<string> TrailAsync(this HttpClient client, string path)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return response.Headers.TryGetValues(Header, out var values) ? string.Join(' ', values) : "";
    }
}
