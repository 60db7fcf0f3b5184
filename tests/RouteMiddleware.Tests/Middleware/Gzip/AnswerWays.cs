using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace RouteMiddleware.Tests.Middleware.Gzip;

/// <summary>The ways in which a handler may write a body of a given length.</summary>
internal static class AnswerWays
{
    private static readonly string[] Both = ["GET", "HEAD"];

    public static IReadOnlyList<string> Names { get; } = ["text", "json", "content", "bytes", "stream", "pieces", "write", "writer", "unflushed", "mixed", "later", "sync", "sendfile", "complete"];

    public static void Map(RouteGroupBuilder group)
    {
        group.MapMethods("/text", Both, static (int length) => TextOf(length));
        group.MapMethods("/json", Both, static (int length) => Results.Json(TextOf(length - 2)));
        group.MapMethods("/content", Both, static (int length) => Results.Text(TextOf(length)));
        group.MapMethods("/bytes", Both, static (int length) => Results.Bytes(BytesOf(length), "text/plain"));
        group.MapMethods("/stream", Both, static (int length) => Results.Stream(new MemoryStream(BytesOf(length)), "text/plain"));

        Map(group, "/pieces", static async (response, bytes) =>
        {
            for (var i = 0; i < bytes.Length; i += 100)
            {
                await response.WriteAsync(Encoding.ASCII.GetString(bytes.AsSpan(i, Math.Min(100, bytes.Length - i))));
            }
        });
        Map(group, "/write", static (response, bytes) => response.Body.WriteAsync(bytes).AsTask());
        Map(group, "/writer", static async (response, bytes) => await response.BodyWriter.WriteAsync(bytes));
        Map(group, "/unflushed", static (response, bytes) =>
        {
            for (var left = bytes.AsSpan(); !left.IsEmpty;)
            {
                var part = response.BodyWriter.GetSpan();
                var count = Math.Min(Math.Min(7, part.Length), left.Length);
                left[..count].CopyTo(part);
                response.BodyWriter.Advance(count);
                left = left[count..];
            }

            return Task.CompletedTask;
        });
        Map(group, "/mixed", static async (response, bytes) =>
        {
            response.BodyWriter.Write(bytes.AsSpan(0, bytes.Length / 3));
            await response.Body.WriteAsync(bytes.AsMemory(bytes.Length / 3));
        });
        Map(group, "/later", static async (response, bytes) =>
        {
            await Task.Yield();
            await response.Body.WriteAsync(bytes);
        });
        Map(group, "/sync", static (response, bytes) =>
        {
            response.HttpContext.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
            response.Body.Write(bytes, 0, bytes.Length / 2);
            response.Body.Write(bytes.AsSpan(bytes.Length / 2));
            return Task.CompletedTask;
        });
        Map(group, "/sendfile", static async (response, bytes) =>
        {
            var file = Path.GetTempFileName();

            try
            {
                await File.WriteAllBytesAsync(file, bytes);
                await response.SendFileAsync(file);
            }
            finally
            {
                File.Delete(file);
            }
        });
        Map(group, "/complete", static async (response, bytes) =>
        {
            await response.Body.WriteAsync(bytes);
            await response.CompleteAsync();
        });
    }

    public static byte[] BytesOf(int length) => Encoding.ASCII.GetBytes(TextOf(length));

    private static string TextOf(int length) => string.Create(length, 0, static (letters, _) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = (char)('a' + (i % 23));
        }
    });

    private static void Map(RouteGroupBuilder group, string path, Func<HttpResponse, byte[], Task> write)
        => group.MapMethods(path, Both, (int length, HttpResponse response) =>
        {
            response.ContentType = "text/plain";
            return write(response, BytesOf(length));
        });
}
