using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheHttp2Tests
{
    [Fact]
    public async Task K1_BodyOfAGet_ThatNoHeaderTellsOf_ReachesNobodyElse()
    {
        await using var app = await StartAsync();

        var poison = await GetAsync(app, "/", new UntoldLength("poison"));

        Assert.Equal(("MISS", "poison"), poison);
        Assert.Equal(("MISS", ""), await GetAsync(app, "/"));
        Assert.Equal(("HIT", ""), await GetAsync(app, "/"));
        Assert.Equal(("MISS", "other"), await GetAsync(app, "/", new UntoldLength("other")));
    }

    private static Task<TestApp> StartAsync()
        => TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static listen => listen.Protocols = HttpProtocols.Http2));
            },
            static app => app.MapGet("/", static async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                return await reader.ReadToEndAsync();
            }).WithMiddleware("cache"));

    private static async Task<(string State, string Body)> GetAsync(TestApp app, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, path))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await app.Client.SendAsync(request);
        return (Assert.Single(response.Headers.GetValues("X-Cache")), await response.Content.ReadAsStringAsync());
    }

    private sealed class UntoldLength(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
