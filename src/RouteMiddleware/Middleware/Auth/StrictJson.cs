using System.Text.Json;
using System.Text.Unicode;

namespace RouteMiddleware.Middleware.Auth;

/// <summary>One JSON object, read so that no second reader can understand it otherwise: unique members at every depth, valid UTF-8, no comments, no BOM, shallow.</summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 32,
    };

    public static JsonDocument? Parse(byte[] utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return null;
        }

        JsonDocument? document = null;

        try
        {
            document = JsonDocument.Parse(utf8, Options);

            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                document.Dispose();
                return null;
            }

            // Escapes can spell half a surrogate pair, which only shows when the text is read.
            if (utf8.AsSpan().IndexOf("\\u"u8) >= 0)
            {
                ReadAll(document.RootElement);
            }

            return document;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            document?.Dispose();
            return null;
        }
    }

    private static void ReadAll(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAll(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadAll(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            default:
                break;
        }
    }
}
