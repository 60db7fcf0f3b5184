using System.Buffers;
using System.Text;
using System.Text.Json;

namespace RouteMiddleware.Middleware.Logging;

/// <summary>Masks the values of sensitive fields in JSON that may end anywhere. What can't be read is left out, since nobody can tell what is in it.</summary>
internal static class JsonMask
{
    private static ReadOnlySpan<byte> Unreadable => "(not JSON)"u8;

    public static string Mask(string json, SensitiveNames names)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var output = new ArrayBufferWriter<byte>(bytes.Length + 16);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true }));
        var copied = 0;
        var isHiding = false;

        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not JsonTokenType.PropertyName || !names.Match(reader.GetString()))
                {
                    continue;
                }

                // Up to the colon, which belongs to the name's token.
                output.Write(bytes.AsSpan(copied, (int)reader.BytesConsumed - copied));
                output.Write("\"***\""u8);
                isHiding = true;
                copied = bytes.Length;

                if (Skip(ref reader))
                {
                    isHiding = false;
                    copied = (int)reader.BytesConsumed;
                }
            }

            output.Write(bytes.AsSpan(copied));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Broken JSON, or a name with half a character in it.
            output.Write(isHiding ? [] : bytes.AsSpan(copied, Math.Max(0, (int)reader.BytesConsumed - copied)));
            output.Write(Unreadable);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    // Reads over the value behind a name; false where the text ends in it.
    private static bool Skip(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        var depth = reader.CurrentDepth;

        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            do
            {
                if (!reader.Read())
                {
                    return false;
                }
            }
            while (reader.CurrentDepth > depth);
        }

        return true;
    }
}
