using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RouteMiddleware.Contrib.Session.Records;

/// <summary>
/// Values as JSON, by the application's own options where it set any. Types are found through the options' resolver, never by a name in the data, so
/// that trimmed applications work with the types of their own serializer context.
/// </summary>
internal sealed class SessionJson
{
    private const int MaxDepth = 16;

    private readonly JsonSerializerOptions _options;
    private readonly bool _readsTextsItself;

    public SessionJson(JsonSerializerOptions application)
    {
        _options = new(application);
        _options.MaxDepth = _options.MaxDepth == 0 ? MaxDepth : Math.Min(_options.MaxDepth, MaxDepth);
        _options.TypeInfoResolverChain.Add(SessionJsonContext.Default);
        _options.MakeReadOnly();
        _readsTextsItself = _options.Converters.Count == 0;
    }

    public byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, TypeOf<T>());

    public byte[] WriteObject(object? value)
        => value is null ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(value, _options.GetTypeInfo(value.GetType()));

    public T? Read<T>(ReadOnlySpan<byte> json)
    {
        // The most frequent value by far, a plain text, needs no reader.
        if (typeof(T) == typeof(string) && _readsTextsItself && json is [(byte)'"', .. var text, (byte)'"'] && !text.Contains((byte)'\\'))
        {
            return (T)(object)Encoding.UTF8.GetString(text);
        }

        return JsonSerializer.Deserialize(json, TypeOf<T>());
    }

    /// <summary>A text, a number (<see cref="int"/>, <see cref="long"/> or <see cref="double"/>) or a truth value as such; anything else as <see cref="JsonElement"/>.</summary>
    public static object? ReadObject(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();

        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
            JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
            JsonTokenType.Number => reader.GetDouble(),
            _ => JsonElement.ParseValue(ref reader),
        };
    }

    private JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));
}

/// <summary>The types that every application may keep, also where reflection is off.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(decimal))]
[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(DateTime))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(TimeSpan))]
[JsonSerializable(typeof(byte[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(List<int>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class SessionJsonContext : JsonSerializerContext;
