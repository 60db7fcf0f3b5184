using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RouteMiddleware.Tests.Kit;

namespace RouteMiddleware.Tests.Middleware.Auth;

/// <summary>Makes tokens byte by byte, good ones and others, with nothing of the library under test.</summary>
internal static class TokenForge
{
    public const string Secret = "Zr7!pQ2w#Lk9vXe4Tn8sBd1Hf6Jm3GyC5Ua0";
    public const string Header = """{"alg":"HS256","typ":"JWT"}""";

    public static readonly DateTimeOffset Now = new ManualClock().GetUtcNow();

    public static long Seconds(int fromNow) => Now.ToUnixTimeSeconds() + fromNow;

    /// <summary>The members of a good payload as JSON text, and further ones behind them.</summary>
    public static string Payload(string more = "", int lifetime = 3600)
        => $$"""{"sub":"42","name":"Ann","exp":{{Seconds(lifetime)}},"iat":{{Seconds(0)}}{{(more.Length == 0 ? "" : "," + more)}}}""";

    public static string Good(string more = "") => Sign(Header, Payload(more));

    public static string Sign(string header, string payload, string secret = Secret, string algorithm = "HS256")
        => Sign(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), secret, algorithm);

    public static string Sign(byte[] header, byte[] payload, string secret = Secret, string algorithm = "HS256")
        => SignSegments(Encode(header), Encode(payload), secret, algorithm);

    /// <summary>Signs segments as they are, however they are written.</summary>
    public static string SignSegments(string header, string payload, string secret = Secret, string algorithm = "HS256")
    {
        var input = Encoding.ASCII.GetBytes($"{header}.{payload}");
        var key = Encoding.UTF8.GetBytes(secret);
        var signature = algorithm switch
        {
            "HS256" => HMACSHA256.HashData(key, input),
            "HS384" => HMACSHA384.HashData(key, input),
            "HS512" => HMACSHA512.HashData(key, input),
            _ => [],
        };
        return $"{header}.{payload}.{Encode(signature)}";
    }

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static JsonElement PayloadOf(string token)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        return document.RootElement.Clone();
    }
}
