using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Middleware.Gzip;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Gzip;

internal static class GzipApp
{
    public static Task<TestApp> StartAsync(Action<RouteGroupBuilder> map, bool withGzip = true, Action<WebApplicationBuilder>? services = null, Action<GzipOptions>? configure = null)
        => TestApp.StartAsync(
            builder =>
            {
                builder.Services.AddRouteMiddleware();
                services?.Invoke(builder);
            },
            app => map(withGzip ? app.MapGroup("").WithGzip(configure) : app.MapGroup("")));

    /// <summary>Sends a request as it is told and unpacks the answer by hand: a client that unpacks by itself hides what was sent.</summary>
    public static async Task<Answer> GetAsync(TestApp app, string path, string? accept = "gzip", HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(app.Address, path));

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await app.Client.SendAsync(request);
        var raw = await response.Content.ReadAsByteArrayAsync();
        var coding = string.Join(',', response.Content.Headers.ContentEncoding);

        return new(
            response.StatusCode,
            coding,
            string.Join(", ", response.Headers.Vary),
            response.Headers.TryGetValues("ETag", out var tags) ? tags.Single() : null,
            response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var lengths) ? long.Parse(lengths.ToString(), System.Globalization.CultureInfo.InvariantCulture) : null,
            raw.Length,
            Unpack(raw, coding));
    }

    public static byte[] Unpack(byte[] raw, string coding)
    {
        using var source = new MemoryStream(raw);
        using Stream unpacked = coding switch
        {
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => new MemoryStream(raw),
        };
        using var copy = new MemoryStream();
        unpacked.CopyTo(copy);
        return copy.ToArray();
    }

    internal sealed record Answer(HttpStatusCode Status, string Coding, string Vary, string? ETag, long? ContentLength, int Length, byte[] Body)
    {
        public string Text => Encoding.UTF8.GetString(Body);
    }
}
