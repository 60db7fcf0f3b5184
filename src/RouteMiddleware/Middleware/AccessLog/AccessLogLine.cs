using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace RouteMiddleware.Middleware.AccessLog;

/// <summary>Writes one request as one line of JSON, into memory that the next one uses again.</summary>
internal sealed class AccessLogLine : IDisposable
{
    private static readonly JsonEncodedText Timestamp = JsonEncodedText.Encode("timestamp");
    private static readonly JsonEncodedText Method = JsonEncodedText.Encode("method");
    private static readonly JsonEncodedText Path = JsonEncodedText.Encode("path");
    private static readonly JsonEncodedText QueryString = JsonEncodedText.Encode("query_string");
    private static readonly JsonEncodedText StatusCode = JsonEncodedText.Encode("status_code");
    private static readonly JsonEncodedText ContentLength = JsonEncodedText.Encode("content_length");
    private static readonly JsonEncodedText Duration = JsonEncodedText.Encode("duration");
    private static readonly JsonEncodedText ClientIp = JsonEncodedText.Encode("client_ip");
    private static readonly JsonEncodedText UserAgent = JsonEncodedText.Encode("user_agent");
    private static readonly JsonEncodedText Referer = JsonEncodedText.Encode("referer");
    private static readonly JsonEncodedText RequestId = JsonEncodedText.Encode("request_id");
    private static readonly JsonEncodedText Route = JsonEncodedText.Encode("route");

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    public AccessLogLine() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Writes a request. The line is good until the next one is written.</summary>
    public ReadOnlySpan<byte> Write(in AccessLogRecord record)
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        _writer.WriteStartObject();
        WriteTime(record.StartedAt);
        WriteText(Method, record.Method);
        WriteText(Path, record.Path);
        _writer.WriteString(QueryString, record.Query.AsSpan(record.Query.StartsWith('?') ? 1 : 0));
        _writer.WriteNumber(StatusCode, record.Status);

        if (record.BytesSent is { } bytes)
        {
            _writer.WriteNumber(ContentLength, bytes);
        }
        else
        {
            _writer.WriteNull(ContentLength);
        }

        // Six decimals, never an exponent.
        var microseconds = record.Duration.Ticks / TimeSpan.TicksPerMicrosecond;
        _writer.WriteNumber(Duration, new decimal((int)microseconds, (int)(microseconds >> 32), 0, isNegative: false, scale: 6));
        WriteAddress(record.Client);
        WriteText(UserAgent, record.UserAgent);
        WriteText(Referer, record.Referer);
        WriteText(RequestId, record.RequestId);
        WriteText(Route, record.Route);
        _writer.WriteEndObject();
        _writer.Flush();
        _buffer.Write("\n"u8);
        return _buffer.WrittenSpan;
    }

    public void Dispose() => _writer.Dispose();

    private void WriteTime(DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);
        _writer.WriteString(Timestamp, text[..length]);
    }

    private void WriteAddress(IPAddress? address)
    {
        Span<char> text = stackalloc char[64];

        if (address is null || !address.TryFormat(text, out var length))
        {
            _writer.WriteNull(ClientIp);
            return;
        }

        // IPv4 that came over a socket of both kinds.
        ReadOnlySpan<char> plain = text[..length];
        _writer.WriteString(ClientIp, address.IsIPv4MappedToIPv6 ? plain["::ffff:".Length..] : plain);
    }

    private void WriteText(JsonEncodedText name, string? value)
    {
        if (value is null)
        {
            _writer.WriteNull(name);
        }
        else if (value.Length <= LogText.Longest)
        {
            _writer.WriteString(name, value);
        }
        else
        {
            _writer.WriteString(name, LogText.Cut(value));
        }
    }
}
