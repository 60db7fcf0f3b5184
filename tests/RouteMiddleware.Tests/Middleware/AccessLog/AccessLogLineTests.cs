using System.Net;
using System.Text;
using System.Text.Json;
using RouteMiddleware.Middleware.AccessLog;

namespace RouteMiddleware.Tests.Middleware.AccessLog;

public sealed class AccessLogLineTests : IDisposable
{
    private static readonly AccessLogRecord Plain = new(
        new DateTimeOffset(2030, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(1)), "GET", "/a", "", 200, 5, TimeSpan.FromMilliseconds(234), IPAddress.Loopback, "agent", "https://x/", "id", "/a");

    private readonly AccessLogLine _line = new();

    [Fact]
    public void Line_OfARequest_IsOneObject()
        => Assert.Equal(
            "{\"timestamp\":\"2030-01-02T02:04:05.6780000Z\",\"method\":\"GET\",\"path\":\"/a\",\"query_string\":\"\",\"status_code\":200,\"content_length\":5,\"duration\":0.234000,"
            + "\"client_ip\":\"127.0.0.1\",\"user_agent\":\"agent\",\"referer\":\"https://x/\",\"request_id\":\"id\",\"route\":\"/a\"}\n",
            Write(Plain));

    [Fact]
    public void Line_WithNothingKnown_HasAllFields()
        => Assert.Equal(
            "{\"timestamp\":\"2030-01-02T02:04:05.6780000Z\",\"method\":\"GET\",\"path\":\"/a\",\"query_string\":\"b=1\",\"status_code\":101,\"content_length\":null,\"duration\":0.234000,"
            + "\"client_ip\":null,\"user_agent\":null,\"referer\":null,\"request_id\":null,\"route\":null}\n",
            Write(Plain with { Query = "?b=1", Status = 101, BytesSent = null, Client = null, UserAgent = null, Referer = null, RequestId = null, Route = null }));

    [Theory]
    [InlineData("a\r\nb")]
    [InlineData("\u2028\u2029\u0085\u001b[31m\0\u007f")]
    [InlineData("\"quoted\" \\ </script>'&+`")]
    [InlineData("æøå 😀 \u202e\ufeff")]
    [InlineData("{0} ${jndi:ldap://x} %n")]
    public void L1_L7_HostileTexts_StayOneLineAndComeBackAsTheyWere(string text)
    {
        var json = AccessLogApp.Parse(Write(Plain with { Path = text, Query = text, UserAgent = text, Referer = text, Route = text, Method = text, RequestId = text })[..^1]);

        Assert.All((string[])["path", "query_string", "user_agent", "referer", "route", "method", "request_id"], field => Assert.Equal(text, json.Text(field)));
    }

    [Fact]
    public void L1_HalfCharacters_AreReplaced()
    {
        foreach (var text in (string[])["\ud800", "a\udc00b", "\udc00\ud800"])
        {
            Assert.Contains('\ufffd', AccessLogApp.Parse(Write(Plain with { Path = text, UserAgent = text })[..^1]).Text("path"));
        }
    }

    [Theory]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1025)]
    [InlineData(30_000, 1025)]
    public void L6_Fields_AreCutAtOneKibibyte(int length, int expected)
    {
        var json = AccessLogApp.Parse(Write(Plain with { UserAgent = new string('a', length) })[..^1]);

        Assert.Equal(expected, json.Text("user_agent").Length);
    }

    [Theory]
    [InlineData(0, "0.000000")]
    [InlineData(1, "0.000001")]
    [InlineData(86_400_000_000, "86400.000000")]
    public void Duration_IsAPlainNumberOfSeconds(long microseconds, string expected)
        => Assert.Contains($"\"duration\":{expected},", Write(Plain with { Duration = TimeSpan.FromMicroseconds(microseconds) }), StringComparison.Ordinal);

    [Theory]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("fe80::1%3", "fe80::1%3")]
    public void ClientIp_OfMappedAddresses_IsTheirIPv4(string address, string expected)
        => Assert.Equal(expected, AccessLogApp.Parse(Write(Plain with { Client = IPAddress.Parse(address) })[..^1]).Text("client_ip"));

    [Fact]
    public void Writer_UsedAgain_AllocatesNothing()
    {
        _line.Write(Plain);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
        {
            _line.Write(Plain);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void L1_RandomTexts_AreAlwaysOneValidLine()
    {
        var random = new Random(7);
        var letters = new char[64];

        for (var i = 0; i < 5000; i++)
        {
            for (var j = 0; j < letters.Length; j++)
            {
                letters[j] = (char)(random.Next(3) == 0 ? random.Next(0xD700, 0xE100) : random.Next(4) == 0 ? random.Next(0x2000, 0x2100) : random.Next(256));
            }

            var line = Write(Plain with { Path = new string(letters), Referer = new string(letters[..32]) });
            Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
            Assert.NotEqual(JsonValueKind.Undefined, AccessLogApp.Parse(line[..^1]).ValueKind);
        }
    }

    public void Dispose() => _line.Dispose();

    private string Write(AccessLogRecord record) => Encoding.UTF8.GetString(_line.Write(record));
}
