using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Cache;

public sealed class CacheCompressionTests
{
    [Fact]
    public async Task Compression_InFrontOfTheCache_KeepsThePlainAnswer()
    {
        var text = new string('x', 5_000);
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware();
                builder.Services.AddResponseCompression(static o => o.MimeTypes = ["text/plain"]);
            },
            web =>
            {
                web.UseResponseCompression();
                web.UseRouteMiddleware();
                web.MapGet("/a", () => Results.Text(text)).WithMiddleware("cache");
            });

        foreach (var (encoding, state) in new[] { ("gzip", "MISS"), ("identity", "HIT"), ("gzip", "HIT"), ("br", "HIT") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/a"));
            request.Headers.AcceptEncoding.ParseAdd(encoding);
            using var response = await app.Client.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();

            Assert.Equal(state, Assert.Single(response.Headers.GetValues("X-Cache")));
            Assert.Equal(encoding == "identity" ? null : encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal(encoding == "identity", Encoding.ASCII.GetString(bytes) == text);
        }
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("gzip")]
    public async Task Compression_BehindTheCache_IsKeptPerEncoding(string compression)
    {
        var text = new string('x', 5_000);
        await using var app = await TestApp.StartAsync(
            static builder =>
            {
                builder.Services.AddRouteMiddleware().AddMiddleware("zip", static (IApplicationBuilder web) => web.UseResponseCompression());
                builder.Services.AddResponseCompression(static o => o.MimeTypes = ["text/plain"]);
            },
            web =>
            {
                web.UseRouteMiddleware();
                web.MapGet("/a", () => Results.Text(text)).WithMiddleware("cache", compression);
            });

        foreach (var (encoding, state) in new[] { ("gzip", "MISS"), ("identity", "MISS"), ("gzip", "HIT"), ("identity", "HIT") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.Address, "/a"));
            request.Headers.AcceptEncoding.ParseAdd(encoding);
            using var response = await app.Client.SendAsync(request);
            var bytes = await response.Content.ReadAsByteArrayAsync();

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(state, Assert.Single(response.Headers.GetValues("X-Cache")));
            Assert.Equal(encoding == "gzip" ? "gzip" : null, response.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal(encoding == "identity", Encoding.ASCII.GetString(bytes) == text);
        }
    }
}
