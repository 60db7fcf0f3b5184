using System.Net.Http.Headers;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Contrib.Session.Tests.Support;

/// <summary>Sends the session's cookie as it was last set, and shows what answers said about it.</summary>
internal sealed class Browser(TestApp app, string? cookie = null)
{
    /// <summary>The pair that is sent: <c>name=value</c>.</summary>
    public string? Cookie { get; set; } = cookie;

    /// <summary>The lines of the last answer that set a session's cookie or deleted it.</summary>
    public IReadOnlyList<string> SetCookies { get; private set; } = [];

    public Browser Copy() => new(app, Cookie);

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<HttpResponseMessage> PostAsync(string path) => SendAsync(HttpMethod.Post, path);

    public async Task<string> ReadAsync(string path)
    {
        using var response = await GetAsync(path);
        return await response.Content.ReadAsStringAsync();
    }

    public async Task DoAsync(string path)
    {
        using var response = await PostAsync(path);
        response.EnsureSuccessStatusCode();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));

        if (Cookie is not null)
        {
            request.Headers.Add("Cookie", Cookie);
        }

        var response = await app.Client.SendAsync(request, cancellationToken);
        SetCookies = CookiesOf(response.Headers);

        foreach (var line in SetCookies)
        {
            Cookie = line.Contains("max-age=0", StringComparison.Ordinal) ? null : line.Split(';')[0];
        }

        return response;
    }

    private static string[] CookiesOf(HttpResponseHeaders headers)
        => headers.TryGetValues("Set-Cookie", out var lines) ? [.. lines.Where(static line => line.Contains("sessionid=", StringComparison.Ordinal))] : [];
}
